package nilchan

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// send sends the numbers from up to, but not including, to, and closes the
// channel. It ends with ctx.
func send(ctx context.Context, from, to int) <-chan int {
	c := make(chan int)
	go func() {
		defer close(c)
		for i := from; i < to; i++ {
			select {
			case c <- i:
			case <-ctx.Done():
				return
			}
		}
	}()
	return c
}

// numbers returns the numbers from up to, but not including, to.
func numbers(from, to int) (all []int) {
	for i := from; i < to; i++ {
		all = append(all, i)
	}
	return all
}

func collect(c <-chan int) (all []int) {
	for v := range c {
		all = append(all, v)
	}
	return all
}

func TestMerge_sendsEveryValueOnceInTheOrderOfItsInput(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ a, b int }{
		"both":        {50, 50},
		"a is longer": {50, 1},
		"b is longer": {1, 50},
		"a is empty":  {0, 50},
		"b is empty":  {50, 0},
		"neither":     {0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			detect.Fix(t, func() {
				ctx := t.Context()
				var a, b []int
				for v := range Merge(ctx, send(ctx, 0, c.a), send(ctx, 100, 100+c.b)) {
					if v < 100 {
						a = append(a, v)
					} else {
						b = append(b, v)
					}
				}
				assert.Equal(t, numbers(0, c.a), a)
				assert.Equal(t, numbers(100, 100+c.b), b)
			})
		})
	}
}

func TestMerge_takesNilForClosed(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx := t.Context()
		assert.Equal(t, []int{0, 1}, collect(Merge(ctx, nil, send(ctx, 0, 2))))
		assert.Equal(t, []int{0, 1}, collect(Merge(ctx, send(ctx, 0, 2), nil)))
		assert.Empty(t, collect(Merge[int](ctx, nil, nil)))
	})
}

// Time passes in the bubble only if Merge waits, and does not spin.
func TestMerge_restsWhileOneInputIsClosedAndTheOtherSilent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		closed := make(chan int)
		close(closed)
		for name, merge := range map[string]func(silent <-chan int) <-chan int{
			"a is closed": func(silent <-chan int) <-chan int { return Merge(t.Context(), closed, silent) },
			"b is closed": func(silent <-chan int) <-chan int { return Merge(t.Context(), silent, closed) },
		} {
			silent := make(chan int)
			out := merge(silent)
			time.Sleep(time.Hour)
			silent <- 1
			assert.Equal(t, 1, <-out, name)
			close(silent)
			_, open := <-out
			assert.False(t, open, name)
		}
	})
}

// The receiver leaves after k values, for every k up to the most there are: a
// goroutine left behind fails synctest.Test.
func TestAll_endWhenTheReceiverLeaves(t *testing.T) {
	t.Parallel()
	const n = 4
	silent := func() <-chan int { return make(chan int) }
	for name, c := range map[string]struct {
		start func(context.Context) <-chan int
		most  int
	}{
		"Merge":           {func(ctx context.Context) <-chan int { return Merge(ctx, send(ctx, 0, n), send(ctx, 0, n)) }, 2 * n},
		"Queue":           {func(ctx context.Context) <-chan int { return Queue(ctx, send(ctx, 0, n), 0) }, n},
		"bounded Queue":   {func(ctx context.Context) <-chan int { return Queue(ctx, send(ctx, 0, n), 2) }, n},
		"Latest":          {func(ctx context.Context) <-chan int { return Latest(ctx, send(ctx, 0, n)) }, 1},
		"Merge, silence":  {func(ctx context.Context) <-chan int { return Merge(ctx, silent(), silent()) }, 0},
		"Queue, silence":  {func(ctx context.Context) <-chan int { return Queue(ctx, silent(), 2) }, 0},
		"Latest, silence": {func(ctx context.Context) <-chan int { return Latest(ctx, silent()) }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for k := range c.most + 1 {
				endsAfter(t, c.start, k)
			}
		})
	}
}

func endsAfter(t *testing.T, start func(context.Context) <-chan int, k int) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		out := start(ctx)
		for range k {
			synctest.Wait()
			<-out
		}
		synctest.Wait() // it holds a value, or has ended
		cancel()
		synctest.Wait()
		_, open := <-out
		assert.False(t, open, "after %d", k)
	})
}

func TestQueue_sendsEveryValueOnceInOrder(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{-1, 0, 1, 3, 100} {
		for _, n := range []int{0, 1, 50} {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				detect.Fix(t, func() {
					got := collect(Queue(t.Context(), send(t.Context(), 0, n), limit))
					assert.Equal(t, numbers(0, n), got, "limit %d", limit)
				})
			})
		}
	}
}

// The receiver is slow: the sender gets as far ahead as the limit, no further,
// and by one more with every value received.
func TestQueue_holdsAsManyAsItsLimit(t *testing.T) {
	t.Parallel()
	for limit, want := range map[int]int{0: 20, 1: 1, 5: 5, 99: 20} {
		synctest.Test(t, func(t *testing.T) {
			in := make(chan int, 20)
			for i := range cap(in) {
				in <- i
			}
			out := Queue(t.Context(), in, limit)
			synctest.Wait()
			assert.Equal(t, want, 20-len(in), "limit %d", limit)
			for i := range cap(in) {
				time.Sleep(time.Second)
				require.Equal(t, i, <-out)
				synctest.Wait()
				assert.Equal(t, min(20, want+i+1), 20-len(in), "limit %d", limit)
			}
			close(in)
			assert.Empty(t, collect(out))
		})
	}
}

func TestQueue_deliversTheRestAfterClose(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		out := Queue(t.Context(), send(t.Context(), 0, 9), 0)
		time.Sleep(time.Hour) // in is closed and forgotten by now
		assert.Equal(t, numbers(0, 9), collect(out))
	})
}

// Not parallel: it runs the collector. The queue still holds the second value,
// in the same array as the first.
func TestQueue_keepsNothingThatWasReceived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := make(chan *[1 << 10]byte)
		out := Queue(t.Context(), in, 0)
		var first weak.Pointer[[1 << 10]byte]
		func() {
			v := new([1 << 10]byte)
			first = weak.Make(v)
			in <- v
			in <- new([1 << 10]byte)
			assert.Same(t, v, <-out)
		}()
		synctest.Wait()
		runtime.GC()
		assert.Nil(t, first.Value())
		assert.NotNil(t, <-out)
		close(in)
	})
}

func TestLatest_skipsWhatIsOutOfDate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := make(chan int)
		out := Latest(t.Context(), in)
		for i := range 5 {
			in <- i // never waits
		}
		synctest.Wait()
		assert.Equal(t, 4, <-out)
		synctest.Wait()
		select {
		case v := <-out:
			t.Errorf("%d was sent again", v)
		default:
		}
		in <- 5
		assert.Equal(t, 5, <-out)
		in <- 6
		close(in)
		time.Sleep(time.Hour)
		assert.Equal(t, []int{6}, collect(out), "the last value survives the close")
	})
}

func TestLatest_sendsEverythingToAFastReceiver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := make(chan int)
		var got []int
		done := make(chan struct{})
		go func() {
			defer close(done)
			got = collect(Latest(t.Context(), in))
		}()
		for i := range 5 {
			in <- i
			synctest.Wait()
		}
		close(in)
		<-done
		assert.Equal(t, numbers(0, 5), got)
	})
}

func ignore(int) {}

func TestZeroForClosed(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		orders := make(chan int)
		close(orders)
		served := 0
		ZeroForClosed(ctx, orders, nil, func(id int) {
			assert.Zero(t, id)
			if served++; served == 1000 {
				cancel()
			}
		}, ignore)
		assert.GreaterOrEqual(t, served, 1000)
	})
}

// The near-miss: an input that nobody closes needs no switch.
func TestZeroForClosed_open(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		orders := make(chan int, 1)
		orders <- 7
		ZeroForClosed(ctx, orders, nil, func(id int) {
			assert.Equal(t, 7, id)
			cancel()
		}, ignore)
	})
}

func TestClosedStaysIn(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		orders, refunds := make(chan int), make(chan int)
		close(orders)
		ended := map[string]int{}
		ClosedStaysIn(orders, refunds, ignore, ignore, func(input string) {
			ended[input]++
			if ended["orders"] == 1000 && ended["refunds"] == 0 {
				close(refunds)
			}
		})
		assert.GreaterOrEqual(t, ended["orders"], 1000, "turns of the loop, for one close")
		assert.Equal(t, 1, ended["refunds"])
	})
}

// The near-miss: a loop that ends with this case never meets it again.
func TestClosedStaysIn_leavesTheLoop(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		orders := make(chan int)
		close(orders)
		for turns := 1; ; turns++ {
			select {
			case _, ok := <-orders:
				assert.False(t, ok)
				assert.Equal(t, 1, turns)
				return
			case <-t.Context().Done():
			}
		}
	})
}

func TestNoWayOut(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		NoWayOut(send(t.Context(), 0, 2), send(t.Context(), 0, 2), ignore, ignore)
		assert.Fail(t, "it returned")
	})
}

// The near-miss is the condition of the loop.
func TestNoWayOut_whileOneIsNotNil(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		orders, refunds := send(t.Context(), 0, 2), send(t.Context(), 0, 2)
		n := 0
		for orders != nil || refunds != nil {
			select {
			case _, ok := <-orders:
				if !ok {
					orders = nil
					continue
				}
				n++
			case _, ok := <-refunds:
				if !ok {
					refunds = nil
					continue
				}
				n++
			}
		}
		assert.Equal(t, 4, n)
	})
}

func TestEndsWithTheFirst(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		refunds := make(chan int)
		ready := make(chan struct{})
		go func() {
			<-ready
			refunds <- 1
		}()
		EndsWithTheFirst(send(t.Context(), 0, 2), refunds, ignore, func(int) {
			assert.Fail(t, "a refund was served")
		})
		close(ready)
	})
}

// The near-miss: the other input has nothing left.
func TestEndsWithTheFirst_nothingLeft(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		orders, n := make(chan int), 0
		go func() {
			defer close(orders)
			orders <- 1
			orders <- 2
		}()
		EndsWithTheFirst(orders, make(chan int), func(int) { n++ }, ignore)
		assert.Equal(t, 2, n)
	})
}

func TestEagerHead(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		for range EagerHead(make(chan string)) {
			assert.Fail(t, "a mail, and nobody sent one")
		}
	})
}

// The near-miss: an expression that can be evaluated at any time. It is, and
// the select takes the other case.
func TestEagerHead_withoutPanic(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		in := make(chan string, 1)
		in <- "mail"
		var receiver chan<- string
		evaluated := false
		head := func() string { evaluated = true; return "" }
		select {
		case receiver <- head():
			assert.Fail(t, "sent on a nil channel")
		case mail := <-in:
			assert.Equal(t, "mail", mail)
		}
		assert.True(t, evaluated)
	})
}
