package fanin

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// item is the n-th value of an input.
type item struct{ in, n int }

// inputs starts the given number of senders, each of which sends n items and
// closes its channel. They end with ctx.
func inputs(ctx context.Context, ins, n int) []<-chan item {
	all := make([]<-chan item, ins)
	for i := range all {
		in := make(chan item)
		all[i] = in
		go func() {
			defer close(in)
			for k := range n {
				select {
				case in <- item{i, k}:
				case <-ctx.Done():
					return
				}
			}
		}()
	}
	return all
}

// sequence requires that each input's items came once and in order, and
// returns how many came of all inputs together.
func sequence(t *testing.T, got []item) int {
	t.Helper()
	next := map[int]int{}
	for _, it := range got {
		require.Equal(t, next[it.in], it.n, "of input %d", it.in)
		next[it.in]++
	}
	return len(got)
}

func TestMerge_sendsEveryValueOnceInTheOrderOfItsInput(t *testing.T) {
	t.Parallel()
	for ins := range 5 {
		t.Run(fmt.Sprintf("%d inputs", ins), func(t *testing.T) {
			t.Parallel()
			detect.Fix(t, func() {
				var got []item
				for it := range Merge(t.Context(), inputs(t.Context(), ins, 20)...) {
					got = append(got, it)
				}
				assert.Equal(t, 20*ins, sequence(t, got))
			})
		})
	}
}

// The consumer leaves after k values, for every k. A goroutine left behind
// fails synctest.Test.
func TestMerge_endsWhenTheConsumerLeaves(t *testing.T) {
	t.Parallel()
	const ins, n = 3, 4
	for k := range ins*n + 1 {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			out := Merge(ctx, inputs(ctx, ins, n)...)
			var got []item
			for range k {
				got = append(got, <-out)
			}
			synctest.Wait() // every forwarder holds a value, or has ended
			cancel()
			synctest.Wait()
			assert.Equal(t, k, sequence(t, got))
			_, open := <-out
			assert.False(t, open, "closed after cancel at %d", k)
		})
	}
}

// The forwarders must not lean on the senders: these heed no ctx.
func TestMerge_endsWhileItsInputsStayOpen(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		silent := make(chan int)
		full := make(chan int, 2)
		full <- 1
		full <- 2
		out := Merge(ctx, silent, full, nil)
		assert.Equal(t, 1, <-out)
		cancel()
		for range out { // until it is closed
		}
	})
}

func TestMerge_readsNoFasterThanTheConsumer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := make(chan int, 9)
		for i := range cap(in) {
			in <- i
		}
		close(in)
		out := Merge(t.Context(), in)
		for i := range cap(in) {
			time.Sleep(time.Hour)
			synctest.Wait()
			assert.Len(t, in, 9-1-i, "one value is on its way, no more")
			assert.Equal(t, i, <-out)
		}
		_, open := <-out
		assert.False(t, open)
	})
}

// One input that has ended, and one that is silent, hold nobody up.
func TestMerge_waitsForNoSingleInput(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ended, silent, busy := make(chan int), make(chan int), make(chan int)
		close(ended)
		out := Merge(t.Context(), ended, silent, busy)
		for i := range 9 {
			busy <- i
			assert.Equal(t, i, <-out)
		}
		close(busy)
		synctest.Wait()
		select {
		case <-out:
			t.Error("closed while an input is open")
		default:
		}
		close(silent)
		_, open := <-out
		assert.False(t, open)
	})
}

func filled(values ...string) <-chan string {
	c := make(chan string, len(values))
	for _, v := range values {
		c <- v
	}
	close(c)
	return c
}

// The second shard has a hit when the first one has none left.
func TestClosedByEvery(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		second := make(chan string)
		show := func(hit string) {
			if hit == "a" {
				second <- "b"
			}
		}
		ClosedByEvery(show, filled("a"), second)
		close(second)
		<-time.After(time.Minute) // the panic comes first
	})
}

// The near-miss: one shard closes once.
func TestClosedByEvery_oneShard(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var hits []string
		ClosedByEvery(func(h string) { hits = append(hits, h) }, filled("a", "b"))
		assert.Equal(t, []string{"a", "b"}, hits)
	})
}

func TestClosedByNone(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		ClosedByNone(func(string) {}, filled("a"), filled("b"))
	})
}

func TestClosedOnCancel(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		sensor := make(chan int)
		ClosedOnCancel(ctx, sensor)
		sensor <- 21 // now it is about to be sent on, or already waits
		cancel()
		<-time.After(time.Minute) // the panic comes first
	})
}

// The near-miss: while ctx lives, only the end of all sensors closes.
func TestClosedOnCancel_whileContextLives(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		a, b := make(chan int, 1), make(chan int, 1)
		a <- 20
		b <- 1
		close(a)
		close(b)
		sum := 0
		for r := range ClosedOnCancel(ctx, a, b) {
			sum += r
		}
		cancel()
		assert.Equal(t, 21, sum)
	})
}
