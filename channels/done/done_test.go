package done

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func TestSignal_reachesEverybodyAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s Signal
		var told sync.WaitGroup
		for range 100 {
			told.Go(func() { <-s.Done() })
		}
		synctest.Wait() // all of them wait
		s.Fire()
		told.Wait()
		assert.True(t, isClosed(s.Done()), "who comes late learns it too")
	})
}

func TestSignal_isOpenUntilItFires(t *testing.T) {
	t.Parallel()
	var s Signal
	assert.False(t, isClosed(s.Done()))
	s.Fire()
	assert.True(t, isClosed(s.Done()))
}

func TestSignal_mayFireBeforeAnybodyAsks(t *testing.T) {
	t.Parallel()
	var s Signal
	s.Fire()
	assert.True(t, isClosed(s.Done()))
}

func TestSignal_mayFireTwiceAndFromManyGoroutines(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var s Signal
		var all sync.WaitGroup
		for range 20 {
			all.Go(s.Fire)
			all.Go(func() { <-s.Done() })
		}
		all.Wait()
		s.Fire()
	})
}

// An object that owns goroutines: Close tells them and waits for them.
func TestSignal_endsTheGoroutinesOfAnObject(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		type feed struct {
			closed Signal
			all    sync.WaitGroup
			out    chan int
		}
		f := &feed{out: make(chan int)}
		for i := range 3 {
			f.all.Go(func() {
				for Send(f.closed.Done(), f.out, i) {
				}
			})
		}
		<-f.out
		f.closed.Fire()
		f.all.Wait()
	})
}

func TestSend_sendsWhileNobodyIsDone(t *testing.T) {
	t.Parallel()
	out := make(chan string, 1)
	assert.True(t, Send(t.Context().Done(), out, "a"))
	assert.Equal(t, "a", <-out)
}

func TestSend_givesUpWhenDone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		sent := make(chan bool)
		go func() { sent <- Send(ctx.Done(), make(chan string), "a") }()
		synctest.Wait() // blocked in the send
		cancel()
		assert.False(t, <-sent)
	})
}

func TestWithDone_endsWithWhicheverIsFirst(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end  func(s *Signal, parent, cancel func())
		want error
	}{
		"done":   {func(s *Signal, _, _ func()) { s.Fire() }, ErrDone},
		"parent": {func(_ *Signal, parent, _ func()) { parent() }, context.Canceled},
		"cancel": {func(_ *Signal, _, cancel func()) { cancel() }, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var s Signal
				parent, cancelParent := context.WithCancel(t.Context())
				defer cancelParent()
				ctx, cancel := WithDone(parent, s.Done())
				defer cancel()
				synctest.Wait()
				require.NoError(t, ctx.Err(), "alive so far")
				c.end(&s, cancelParent, cancel)
				<-ctx.Done()
				assert.ErrorIs(t, context.Cause(ctx), c.want)
			})
		})
	}
}

func TestOneValue(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		stop := OneValue(3, make(chan string), func(string) {})
		stop()
	})
}

// The near-miss: with one watcher a value does what a close does, and also
// waits until the watcher has it. Then came the second watcher.
func TestOneValue_oneWatcher(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		stop := OneValue(1, make(chan string), func(string) {})
		stop()
	})
}

// Both are past the check before one of them closes.
func TestCheckThenClose(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		done := make(chan struct{})
		var checked, all sync.WaitGroup
		checked.Add(2)
		for range 2 {
			all.Go(func() {
				CheckThenClose(done, func() {
					checked.Done()
					checked.Wait()
				})
			})
		}
		all.Wait()
	})
}

// The near-miss: one after the other is fine, and so is every test of it.
func TestCheckThenClose_oneAfterTheOther(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		done := make(chan struct{})
		flushed := 0
		for range 2 {
			CheckThenClose(done, func() { flushed++ })
		}
		assert.True(t, isClosed(done))
		assert.Equal(t, 1, flushed)
	})
}

// The consumer stops when the producer has looked at done and is about to
// send.
func TestDeafProducer(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var s Signal
		asked := make(chan struct{}, 2)
		out := DeafProducer(s.Done(), func() string {
			asked <- struct{}{}
			return "event"
		})
		<-asked
		assert.Equal(t, "event", <-out)
		<-asked
		s.Fire()
	})
}

// The near-miss: a consumer that goes on receiving until the channel is closed
// frees the send, and then done is seen.
func TestDeafProducer_drained(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var s Signal
		out := DeafProducer(s.Done(), func() string { return "event" })
		assert.Equal(t, "event", <-out)
		s.Fire()
		for range out {
		}
	})
}

func TestSend_mendsTheDeafProducer(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		out := make(chan string)
		go func() {
			defer close(out)
			for Send(ctx.Done(), out, "event") {
			}
		}()
		assert.Equal(t, "event", <-out)
		cancel()
	})
}
