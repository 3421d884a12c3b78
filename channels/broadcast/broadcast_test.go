package broadcast

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errBad = errors.New("going down")

// publish publishes the values and expects no error. Any goroutine may call it.
func publish[T any](t *testing.T, h *Hub[T], values ...T) {
	t.Helper()
	for _, v := range values {
		assert.NoError(t, h.Publish(t.Context(), v))
	}
}

// all receives until the channel is closed.
func all[T any](ch <-chan T) (got []T) {
	for v := range ch {
		got = append(got, v)
	}
	return got
}

func TestHub_sendsEverythingToAllInOrder(t *testing.T) {
	t.Parallel()
	for _, slow := range []Policy{DropOldest, DropSubscriber, Block} {
		var h Hub[int]
		a := h.Subscribe(t.Context(), 3, slow)
		publish(t, &h, 1)
		b := h.Subscribe(t.Context(), 3, slow)
		publish(t, &h, 2, 3)
		h.Close()
		assert.Equal(t, []int{1, 2, 3}, all(a))
		assert.Equal(t, []int{2, 3}, all(b), "what was published since")
	}
}

func TestHub_dropsWhatIsOldest(t *testing.T) {
	t.Parallel()
	for buffer, want := range map[int][]int{-1: {5}, 0: {5}, 1: {5}, 3: {3, 4, 5}} {
		var h Hub[int]
		slow := h.Subscribe(t.Context(), buffer, DropOldest)
		fast := h.Subscribe(t.Context(), 5, DropOldest)
		publish(t, &h, 1, 2, 3, 4, 5)
		h.Close()
		assert.Equal(t, want, all(slow))
		assert.Equal(t, []int{1, 2, 3, 4, 5}, all(fast))
	}
}

func TestHub_dropsWhoIsSlow(t *testing.T) {
	t.Parallel()
	var h Hub[int]
	slow := h.Subscribe(t.Context(), 2, DropSubscriber)
	fast := h.Subscribe(t.Context(), 9, DropSubscriber)
	publish(t, &h, 1, 2, 3, 4)
	assert.Equal(t, []int{1, 2}, all(slow), "without a hole, then closed")
	assert.Len(t, h.subs, 1)
	h.Close()
	assert.Equal(t, []int{1, 2, 3, 4}, all(fast))
}

func TestHub_waitsForWhoIsSlow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var h Hub[int]
		slow := h.Subscribe(t.Context(), 1, Block)
		published := 0
		go func() {
			defer h.Close()
			for i := range 5 {
				publish(t, &h, i)
				published++
			}
		}()
		for i := range 5 {
			time.Sleep(time.Second)
			synctest.Wait()
			assert.Equal(t, i+1, published, "one is in the buffer, the next waits")
			assert.Equal(t, i, <-slow)
		}
		assert.Empty(t, all(slow))
	})
}

// Subscribers leave after the k-th value, while the publisher waits for them.
func TestHub_letsASubscriberLeaveAfterAnyValue(t *testing.T) {
	t.Parallel()
	const n = 4
	for _, slow := range []Policy{DropOldest, Block} {
		for k := range n + 1 {
			synctest.Test(t, func(t *testing.T) {
				var h Hub[int]
				ctx, leave := context.WithCancel(t.Context())
				leaver, stayer := h.Subscribe(ctx, 1, slow), h.Subscribe(t.Context(), 1, slow)
				go func() {
					defer h.Close()
					for i := range n {
						publish(t, &h, i)
						time.Sleep(time.Second) // all receive who want to
					}
				}()
				var staying []int
				done := make(chan struct{})
				go func() {
					defer close(done)
					staying = all(stayer)
				}()
				for i := range k {
					assert.Equal(t, i, <-leaver)
				}
				leave()
				synctest.Wait()
				for v := range leaver {
					assert.GreaterOrEqual(t, v, k, "what was in the buffer, and the end")
				}
				<-done
				assert.Equal(t, []int{0, 1, 2, 3}, staying)
			})
		}
	}
}

func TestHub_forgetsWhoHasLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var h Hub[int]
		ctx, leave := context.WithCancel(t.Context())
		h.Subscribe(ctx, 1, Block)
		leave()
		over := h.Subscribe(ctx, 1, Block) // its ctx has ended already
		synctest.Wait()
		assert.Empty(t, h.subs)
		assert.Empty(t, all(over))
		publish(t, &h, 1, 2, 3)
	})
}

// longLived is a ctx that outlives its subscriptions, and counts them.
type longLived struct {
	context.Context //nolint:containedctx // it is one

	held int
}

func (*longLived) Done() <-chan struct{} { return make(chan struct{}) }

// AfterFunc is what package context calls instead of starting a goroutine.
func (l *longLived) AfterFunc(func()) (stop func() bool) {
	l.held++
	return func() bool { l.held--; return true }
}

func TestHub_isForgottenByTheContext(t *testing.T) {
	t.Parallel()
	var h Hub[int]
	ctx := &longLived{Context: t.Context()}
	h.Subscribe(ctx, 1, DropSubscriber)
	h.Subscribe(ctx, 9, DropSubscriber)
	assert.Equal(t, 2, ctx.held)
	publish(t, &h, 1, 2)
	assert.Equal(t, 1, ctx.held, "the first was slow")
	h.Close()
	assert.Zero(t, ctx.held)
}

func TestHub_publishEndsWithContext(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var h Hub[int]
		slow := h.Subscribe(t.Context(), 1, Block)
		ctx, cancel := context.WithCancelCause(t.Context())
		require.NoError(t, h.Publish(ctx, 1))
		over := make(chan error)
		go func() { over <- h.Publish(ctx, 2) }()
		cancel(errBad)
		require.ErrorIs(t, <-over, errBad)
		assert.Equal(t, 1, <-slow)
		publish(t, &h, 3) // the subscriber has not been dropped
		assert.Equal(t, 3, <-slow)
		h.Close()
	})
}

// A second publisher waits for the first one's turn no longer than its own ctx.
func TestHub_publishEndsWithContextBehindAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var hub Hub[int]
		hub.Subscribe(t.Context(), 1, Block)
		require.NoError(t, hub.Publish(t.Context(), 1))
		first := make(chan error, 1)
		go func() { first <- hub.Publish(t.Context(), 2) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		assert.ErrorIs(t, hub.Publish(ctx, 3), context.DeadlineExceeded)
		hub.Close()
		assert.NoError(t, <-first) // its subscriber is gone
	})
}

func TestHub_closeWakesThePublisher(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var h Hub[int]
		slow := h.Subscribe(t.Context(), 1, Block)
		publish(t, &h, 1)
		go publish(t, &h, 2)
		synctest.Wait() // it waits for slow
		h.Close()
		h.Close()
		require.ErrorIs(t, h.Publish(t.Context(), 3), ErrClosed)
		assert.Equal(t, []int{1}, all(slow))
		assert.Empty(t, all(h.Subscribe(t.Context(), 1, Block)))
	})
}

// Everything at once: nothing is sent to a closed channel, nothing is lost on
// the way to one who stays.
func TestHub_isSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var h Hub[int]
		stayer := h.Subscribe(t.Context(), 1, Block)
		var guests, publishers sync.WaitGroup
		for slow := range Block + 1 {
			for range 3 {
				guests.Go(func() {
					for range 20 {
						ctx, leave := context.WithCancel(t.Context())
						select {
						case <-h.Subscribe(ctx, 1, slow):
						default:
						}
						leave()
					}
				})
			}
		}
		for p := range 3 {
			publishers.Go(func() {
				for i := range 20 {
					publish(t, &h, p*20+i)
				}
			})
		}
		go func() {
			publishers.Wait()
			guests.Wait()
			h.Close()
		}()
		last := map[int]int{0: -1, 1: 19, 2: 39}
		n := 0
		for v := range stayer {
			assert.Equal(t, last[v/20]+1, v, "in the order of its publisher")
			last[v/20] = v
			n++
		}
		assert.Equal(t, 60, n)
	})
}

func TestLatest_givesTheNewestToWhoIsSlow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var config Latest[int]
		zero, changed := config.Get()
		assert.Zero(t, zero)
		for range 10 {
			_, same := config.Get()
			assert.Equal(t, changed, same, "all wait for the same change")
		}
		var woken sync.WaitGroup
		for range 3 {
			woken.Go(func() { <-changed })
		}
		for i := range 5 {
			config.Set(i + 1)
		}
		woken.Wait()
		newest, next := config.Get()
		assert.Equal(t, 5, newest)
		select {
		case <-next:
			assert.Fail(t, "nothing has changed since")
		default:
		}
	})
}

func TestLatest_isSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var config Latest[int]
		var watchers sync.WaitGroup
		for range 3 {
			watchers.Go(func() {
				for v, changed := config.Get(); v < 20; v, changed = config.Get() {
					<-changed
				}
			})
		}
		for i := range 20 {
			config.Set(i + 1)
		}
		watchers.Wait()
	})
}

func TestLockedTopic_Publish(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var topic LockedTopic
		fast, slow := topic.Subscribe(0), topic.Subscribe(0)
		go topic.Publish(7)
		<-fast
		topic.Unsubscribe(slow) // it has had enough
		assert.Fail(t, "it returned")
	})
}

// The near-miss: a buffer for all that will come. It only ever fills later.
func TestLockedTopic_Publish_buffered(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var topic LockedTopic
		slow := topic.Subscribe(2)
		topic.Publish(7)
		topic.Publish(8)
		topic.Unsubscribe(slow)
		assert.Equal(t, []int{7, 8}, all(slow))
	})
}

func TestCopiedTopic_Unsubscribe(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var topic CopiedTopic
		fast, slow := topic.Subscribe(0), topic.Subscribe(0)
		go topic.Publish(7)
		<-fast // the next is slow
		topic.Unsubscribe(slow)
		select {} // the process ends before this does
	})
}

// The near-miss: between two prices anybody may leave.
func TestCopiedTopic_Unsubscribe_between(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var topic CopiedTopic
		slow := topic.Subscribe(1)
		topic.Publish(7)
		topic.Unsubscribe(slow)
		topic.Publish(8)
		assert.Equal(t, []int{7}, all(slow))
	})
}

// The same two situations, with the hub.
func TestHub_letsTheSlowLeave(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var h Hub[int]
		ctx, leave := context.WithCancel(t.Context())
		slow := h.Subscribe(ctx, 1, Block)
		over := make(chan error)
		go func() {
			defer close(over)
			for i := range 3 {
				over <- h.Publish(t.Context(), i)
			}
		}()
		assert.NoError(t, <-over) // the next blocks
		leave()
		assert.Equal(t, []error{nil, nil}, all(over))
		assert.Equal(t, []int{0}, all(slow))
	})
}

func TestPlaceOrder(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var reports Hub[string]
		PlaceOrder(&reports, "17", func(id string) {
			go func() {
				for _, id := range []string{id, "18", "19", "20"} {
					_ = reports.Publish(context.Background(), id)
				}
			}()
		})
	})
}

// The near-miss: one report, and nobody is there for the next.
func TestPlaceOrder_theLastOne(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var reports Hub[string]
		PlaceOrder(&reports, "17", func(id string) {
			assert.NoError(t, reports.Publish(context.Background(), id))
		})
	})
}

// What to write instead: a ctx that ends with the wait.
func TestHub_letsGoOfTheOneWhoReturns(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var orders Hub[string]
		ctx, cancel := context.WithCancel(t.Context())
		reports := orders.Subscribe(ctx, 1, Block)
		done := make(chan struct{})
		go func() {
			defer close(done)
			for _, id := range []string{"17", "18", "19", "20"} {
				assert.NoError(t, orders.Publish(context.Background(), id))
			}
		}()
		assert.Equal(t, "17", <-reports)
		cancel()
		<-done
	})
}
