package thumbnails

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// All tests run in bubbles: a minute takes no time, and is exact.

func TestMakeAll_keepsToTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running, most atomic.Int32
		start := time.Now()
		err := MakeAll(t.Context(), photos(12), 4, func(context.Context, string) error {
			now := running.Add(1)
			defer running.Add(-1)
			for m := most.Load(); now > m && !most.CompareAndSwap(m, now); m = most.Load() {
			}
			time.Sleep(time.Minute)
			return nil
		})
		if err != nil {
			t.Errorf("MakeAll returned %v, though nothing failed.", err)
		}
		if n := most.Load(); n > 4 {
			t.Errorf("%d calls ran at once; the limit was 4.", n)
		}
		if took := time.Since(start); took != 3*time.Minute {
			t.Errorf("12 photos of a minute each took %v; 4 at a time they take 3m0s.", took)
		}
	})
}

func TestMakeAll_startsTheNextAsSoonAsThereIsRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		_ = MakeAll(t.Context(), photos(11), 2, func(_ context.Context, photo string) error {
			if photo == "0.jpg" {
				time.Sleep(10 * time.Minute)
			} else {
				time.Sleep(time.Minute)
			}
			return nil
		})
		if took := time.Since(start); took != 10*time.Minute {
			t.Errorf("One photo of 10 minutes beside ten of one minute, two at a time, took %v, not 10m0s.\n"+
				"While the large one is made, the small ones must not wait for it.", took)
		}
	})
}

var errNoPhoto = errors.New("not a photo")

func TestMakeAll_endsWithTheFirstError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var begun atomic.Int32
		start := time.Now()
		err := MakeAll(t.Context(), photos(12), 4, func(ctx context.Context, photo string) error {
			begun.Add(1)
			if photo == "2.jpg" {
				time.Sleep(time.Minute)
				return errNoPhoto
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Hour):
				return nil
			}
		})
		took := time.Since(start)
		time.Sleep(24 * time.Hour) // what MakeAll left behind may end
		if !errors.Is(err, errNoPhoto) {
			t.Errorf("MakeAll returned %v, not the first error: %v.", err, errNoPhoto)
		}
		if took != time.Minute {
			t.Errorf("A photo failed after 1m0s, and MakeAll returned after %v.\n"+
				"The calls beside it would have ended at once, had their ctx been cancelled.", took)
		}
		if n := begun.Load(); n != 4 {
			t.Errorf("%d calls were begun, not 4: after the first error none may begin.", n)
		}
	})
}

func TestMakeAll_waitsForCallsThatDoNotHeedCtx(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running atomic.Int32
		err := MakeAll(t.Context(), photos(2), 2, func(_ context.Context, photo string) error {
			running.Add(1)
			defer running.Add(-1)
			if photo == "0.jpg" {
				time.Sleep(time.Minute) // by then the other one has begun
				return errNoPhoto
			}
			time.Sleep(time.Hour)
			return nil
		})
		left := running.Load()
		time.Sleep(2 * time.Hour)
		if left != 0 {
			t.Errorf("MakeAll returned while a call was still running.")
		}
		if !errors.Is(err, errNoPhoto) {
			t.Errorf("MakeAll returned %v, not the first error: %v.", err, errNoPhoto)
		}
	})
}

func TestMakeAll_endsWithTheCallersCtx(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var begun atomic.Int32
		err := MakeAll(ctx, photos(12), 4, func(context.Context, string) error {
			begun.Add(1)
			time.Sleep(time.Hour) // heeds nothing, and has no error to tell
			return nil
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("The caller's ctx ended, 8 photos were not made, and MakeAll returned %v, not %v.",
				err, context.DeadlineExceeded)
		}
		if n := begun.Load(); n != 4 {
			t.Errorf("%d calls were begun, not 4: after the end of ctx none may begin.", n)
		}
	})
}

func TestMakeAll_beginsNothingWhenCtxHasEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for range 20 { // a select over two that are ready takes either
			var begun atomic.Int32
			err := MakeAll(ctx, photos(3), 2, func(context.Context, string) error {
				begun.Add(1)
				return nil
			})
			if n := begun.Load(); n != 0 || !errors.Is(err, context.Canceled) {
				t.Fatalf("The caller had left before. %d calls were begun, and MakeAll returned %v, not %v.", n, err, context.Canceled)
			}
		}
	})
}

func TestMakeAll_hasNothingToDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if err := MakeAll(t.Context(), nil, 4, nil); err != nil {
			t.Errorf("MakeAll of no photos returned %v.", err)
		}
	})
}

func photos(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("%d.jpg", i)
	}
	return names
}
