package uploads

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// All tests run in bubbles: a second takes no time, and is exact. Sizes are in
// MB, of a budget of 100.

// An upload waits, in a goroutine of its own, to be let in.
type upload struct {
	size int64
	done chan struct{} // closed when Acquire has returned
	err  error
	took time.Duration
}

// begin begins an upload, and returns when it has been let in, or waits.
func begin(ctx context.Context, b *Budget, size int64) *upload {
	u := &upload{size: size, done: make(chan struct{})}
	start := time.Now()
	go func() {
		defer close(u.done)
		u.err = b.Acquire(ctx, size)
		u.took = time.Since(start)
	}()
	synctest.Wait()
	return u
}

// in says that an upload has been let in.
func (u *upload) in() bool {
	synctest.Wait()
	select {
	case <-u.done:
		return u.err == nil
	default:
		return false
	}
}

func TestAcquire_endsWithItsCtx(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(100)
		begin(t.Context(), b, 60)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		video := begin(ctx, b, 80)
		photo := begin(t.Context(), b, 10)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		select {
		case <-video.done:
		default:
			t.Fatal("The customer with the video left after 1s. After 10s Acquire still waits for that one.")
		}
		if video.took != time.Second || !errors.Is(video.err, context.DeadlineExceeded) {
			t.Errorf("The customer with the video left after 1s. Acquire returned %v, after %v.", video.err, video.took)
		}
		if !photo.in() {
			t.Fatal("The customer with the video has left, and the photo behind it fits. Nobody lets it in.")
		}
		if photo.took != time.Second {
			t.Errorf("The customer with the video left after 1s, and the photo behind it was let in after %v.", photo.took)
		}
	})
}

func TestAcquire_keepsToTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(100)
		var mu sync.Mutex
		var now, most int64
		start := time.Now()
		var wg sync.WaitGroup
		for i := range 30 {
			size := []int64{20, 30, 50}[i%3]
			wg.Go(func() {
				if err := b.Acquire(t.Context(), size); err != nil {
					t.Errorf("Acquire returned %v, and nothing was wrong.", err)
					return
				}
				mu.Lock()
				now += size
				most = max(most, now)
				mu.Unlock()
				time.Sleep(time.Second)
				mu.Lock()
				now -= size
				mu.Unlock()
				b.Release(size)
			})
			synctest.Wait() // so they come in this order
		}
		wg.Wait()
		if most > 100 {
			t.Errorf("There is memory for 100 MB, and %d MB were in it at once: the kernel kills the service.", most)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("Ten times three uploads that fit together, of a second each, took %v, not 10s.\n"+
				"Memory is free, and customers wait.", took)
		}
	})
}

func TestAcquire_letsNobodyInPastALargeOne(t *testing.T) {
	for name, sizes := range map[string]struct{ held, large, small int64 }{
		"who comes while it waits":    {60, 80, 10},
		"who fills what it waits for": {60, 100, 40},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := NewBudget(100)
				begin(t.Context(), b, sizes.held)
				video := begin(t.Context(), b, sizes.large)
				photo := begin(t.Context(), b, sizes.small)
				if photo.in() {
					t.Errorf("A video of %d MB waits, and a photo of %d MB that came later is in.\n"+
						"While there are photos, the video waits for ever.", sizes.large, sizes.small)
				}
				b.Release(sizes.held)
				if !video.in() {
					t.Errorf("All is free, and the video of %d MB, which is the first, is not let in.", sizes.large)
				}
			})
		})
	}
}

func TestRelease_letsInAllThatFit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(100)
		begin(t.Context(), b, 100)
		var waiting []*upload
		for _, size := range []int64{30, 70, 10, 5} {
			waiting = append(waiting, begin(t.Context(), b, size))
		}
		b.Release(100)
		for i, want := range []bool{true, true, false, false} {
			if waiting[i].in() != want {
				t.Errorf("100 MB are free, and 30, 70, 10 and 5 wait in this order. The one of %d was let in: %t.",
					waiting[i].size, !want)
			}
		}
	})
}

func TestAcquire_leavesNoPlaceBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(100)
		begin(t.Context(), b, 100)
		ctx, cancel := context.WithCancel(t.Context())
		first, gone, last := begin(t.Context(), b, 50), begin(ctx, b, 50), begin(t.Context(), b, 50)
		cancel()
		synctest.Wait()
		b.Release(100)
		if !first.in() || gone.in() || !last.in() {
			t.Errorf("Three waited for 50 MB each, and the second has left. 100 MB are free:\n"+
				"the first is in: %t, the third: %t.",
				first.in(), last.in())
		}
	})
}

func TestAcquire_takesNothingWhenCtxHasEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(100)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for range 20 { // a select over two that are ready takes either
			u := begin(ctx, b, 100)
			if !errors.Is(u.err, context.Canceled) {
				t.Fatalf("A customer had left before. Acquire returned %v, not %v.", u.err, context.Canceled)
			}
		}
		if !begin(t.Context(), b, 100).in() {
			t.Errorf("Nobody has uploaded anything, and the memory is taken.")
		}
	})
}

// One who waits is let in, and its ctx ends, at the same moment. On one
// processor it runs only once both have happened.
func TestAcquire_losesNothingWhenBothHappenAtOnce(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(100)
		for i := range 20 {
			begin(t.Context(), b, 60)
			ctx, cancel := context.WithCancel(t.Context())
			u := begin(ctx, b, 60)
			if i%2 == 0 {
				cancel()
				b.Release(60)
			} else {
				b.Release(60)
				cancel()
			}
			if u.in() { // it may be, and it is to give the bytes back
				b.Release(60)
			}
			u = begin(t.Context(), b, 100)
			if !u.in() {
				t.Fatal("A customer left at the moment at which it was let in.\n" +
					"Its bytes are lost: all others wait for them for ever.")
			}
			b.Release(100)
		}
	})
}

// The bytes of one who leaves at that moment are for the next.
func TestAcquire_letsInTheNextWhenBothHappenAtOnce(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(100)
		for i := range 20 {
			begin(t.Context(), b, 100)
			ctx, cancel := context.WithCancel(t.Context())
			u, next := begin(ctx, b, 100), begin(t.Context(), b, 100)
			if i%2 == 0 {
				cancel()
				b.Release(100)
			} else {
				b.Release(100)
				cancel()
			}
			if u.in() {
				b.Release(100)
			}
			if !next.in() {
				t.Fatal("A customer left at the moment at which it was let in. All is free,\n" +
					"and the one behind it waits for ever.")
			}
			b.Release(100)
		}
	})
}

func TestAcquire_refusesWhatIsTooLarge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(100)
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		u := begin(ctx, b, 101)
		<-u.done
		if !errors.Is(u.err, ErrTooLarge) || time.Since(start) != 0 {
			t.Errorf("101 MB of 100 are larger than the limit. After %v the customer was told: %v.", time.Since(start), u.err)
		}
		if !begin(t.Context(), b, 100).in() {
			t.Errorf("100 MB of 100 are free, and nobody is let in.")
		}
	})
}
