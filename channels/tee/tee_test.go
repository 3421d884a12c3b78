package tee

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tees are the two functions under test, for every number of consumers that
// each of them has.
var tees = map[string]func(context.Context, <-chan int) []<-chan int{
	"Tee": func(ctx context.Context, in <-chan int) []<-chan int {
		a, b := Tee(ctx, in)
		return []<-chan int{a, b}
	},
	"N of 1": func(ctx context.Context, in <-chan int) []<-chan int { return N(ctx, in, 1) },
	"N of 2": func(ctx context.Context, in <-chan int) []<-chan int { return N(ctx, in, 2) },
	"N of 5": func(ctx context.Context, in <-chan int) []<-chan int { return N(ctx, in, 5) },
}

// each runs a subtest for each of the tees.
func each(t *testing.T, test func(t *testing.T, tee func(context.Context, <-chan int) []<-chan int)) {
	t.Helper()
	for name, tee := range tees {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, tee)
		})
	}
}

func filled[T any](values ...T) chan T {
	c := make(chan T, len(values))
	for _, v := range values {
		c <- v
	}
	close(c)
	return c
}

func numbers(n int) chan int {
	c := make(chan int, n)
	for i := range n {
		c <- i
	}
	close(c)
	return c
}

func TestTee_givesEachConsumerEveryValueInOrder(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 20} {
		each(t, func(t *testing.T, tee func(context.Context, <-chan int) []<-chan int) {
			synctest.Test(t, func(t *testing.T) {
				var all sync.WaitGroup
				for i, out := range tee(t.Context(), numbers(n)) {
					all.Go(func() {
						next := 0
						for v := range out {
							assert.Equal(t, next, v, "consumer %d", i)
							next++
						}
						assert.Equal(t, n, next, "consumer %d", i)
					})
				}
				all.Wait()
			})
		})
	}
}

// One goroutine reads all of them, from the last to the first and back.
func TestTee_servesWhoeverIsReady(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, tee func(context.Context, <-chan int) []<-chan int) {
		detect.Fix(t, func() {
			outs := tee(t.Context(), numbers(9))
			for v := range 9 {
				for i := range outs {
					if v%2 == 0 {
						i = len(outs) - 1 - i
					}
					assert.Equal(t, v, <-outs[i])
				}
			}
			for _, out := range outs {
				_, open := <-out
				assert.False(t, open)
			}
		})
	})
}

// All leave after k values, for every k, and the first one may be a value
// ahead. A goroutine left behind fails synctest.Test.
func TestTee_endsWhenTheConsumersLeave(t *testing.T) {
	t.Parallel()
	const n = 4
	each(t, func(t *testing.T, tee func(context.Context, <-chan int) []<-chan int) {
		for step := range 2 * n {
			k, ahead := step/2, step%2 == 1
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				outs := tee(ctx, numbers(n))
				for v := range k {
					for _, out := range outs {
						assert.Equal(t, v, <-out)
					}
				}
				if ahead {
					assert.Equal(t, k, <-outs[0])
				}
				synctest.Wait()
				cancel()
				synctest.Wait()
				for _, out := range outs {
					_, open := <-out
					assert.False(t, open, "closed after cancel at %d", k)
				}
			})
		}
	})
}

func TestTee_endsWhileItsSenderIsSilent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, tee func(context.Context, <-chan int) []<-chan int) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			for _, out := range tee(ctx, make(chan int)) {
				_, open := <-out
				assert.False(t, open)
			}
		})
	})
}

// In a bubble the consumers are as slow as they say: the last one takes an
// hour for each value, and nobody is more than one value ahead of it.
func TestTee_goesAtThePaceOfTheSlowest(t *testing.T) {
	t.Parallel()
	const n = 6
	each(t, func(t *testing.T, tee func(context.Context, <-chan int) []<-chan int) {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			in := numbers(n)
			outs := tee(t.Context(), in)
			slowest := outs[len(outs)-1]
			var fast atomic.Int32
			var all sync.WaitGroup
			for _, out := range outs[:len(outs)-1] {
				all.Go(func() {
					for range out {
						fast.Add(1)
					}
				})
			}
			for v := range n {
				time.Sleep(time.Hour)
				synctest.Wait()
				assert.Len(t, in, n-1-v, "no value is taken ahead")
				assert.EqualValues(t, (v+1)*(len(outs)-1), fast.Load())
				assert.Equal(t, v, <-slowest)
			}
			all.Wait()
			assert.Equal(t, n*time.Hour, time.Since(start))
		})
	})
}

// Once ctx has ended nothing more is taken, though it is ready: often enough to
// see select choose either.
func TestTee_takesNothingAfterCancel(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	each(t, func(t *testing.T, tee func(context.Context, <-chan int) []<-chan int) {
		for range 20 {
			in := numbers(3)
			for _, out := range tee(ctx, in) {
				for range out {
					assert.Fail(t, "a value")
				}
			}
			require.Len(t, in, 3)
		}
	})
}

func TestN_ofNobodyTakesNothing(t *testing.T) {
	t.Parallel()
	for _, n := range []int{-1, 0} {
		in := numbers(3)
		assert.Empty(t, N(t.Context(), in, n))
		assert.Len(t, in, 3)
	}
}

func BenchmarkTee(b *testing.B) { benchmark(b, "Tee") }
func BenchmarkN2(b *testing.B)  { benchmark(b, "N of 2") }

func benchmark(b *testing.B, name string) {
	in := make(chan int)
	outs := tees[name](b.Context(), in)
	defer close(in)
	for b.Loop() {
		in <- 1
		<-outs[0]
		<-outs[1]
	}
}

func TestFixedOrder(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		books, warehouse := FixedOrder(filled("a", "b"))
		require.NotNil(t, warehouse)
		for order := range warehouse { // send it only if it is in stock
			assert.Equal(t, order, <-books)
		}
	})
}

// The near-miss: consumers that do not wait for each other need no order.
func TestFixedOrder_independentConsumers(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		books, warehouse := FixedOrder(filled("a", "b"))
		var both sync.WaitGroup
		for _, out := range []<-chan string{books, warehouse} {
			both.Go(func() {
				assert.Equal(t, "a", <-out)
				assert.Equal(t, "b", <-out)
			})
		}
		both.Wait()
	})
}

func TestSharedSlice(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		SharedSlice(t.Context(), filled([]byte("login password=1234")),
			func(line []byte) { assert.Equal(t, "login password=****", string(line)) },
			func(line []byte) { assert.Contains(t, string(line), "login") })
	})
}

// The near-miss: both may read. This line has no password to mask.
func TestSharedSlice_nothingToMask(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		same := func(line []byte) { assert.Equal(t, "logout", string(line)) }
		SharedSlice(t.Context(), filled([]byte("logout")), same, same)
	})
}

func TestTee_withACloneForWhoWrites(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		a, b := Tee(t.Context(), filled([]byte("login")))
		var both sync.WaitGroup
		both.Go(func() {
			for line := range a {
				mine := bytes.Clone(line)
				mine[0] = 'L'
			}
		})
		both.Go(func() {
			for line := range b {
				assert.Equal(t, "login", string(line))
			}
		})
		both.Wait()
	})
}

func TestOneLeaves(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		nothing := func(string) {}
		OneLeaves(t.Context(), filled("info", "fatal", "info", "info"), nothing, nothing)
		assert.Fail(t, "has returned")
	})
}

// The near-miss: at the very last event there is nothing left to hold up.
func TestOneLeaves_atTheLastEvent(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		archived, warned := 0, 0
		OneLeaves(t.Context(), filled("info", "fatal"),
			func(string) { archived++ }, func(string) { warned++ })
		assert.Equal(t, "2 archived, 1 warned", fmt.Sprintf("%d archived, %d warned", archived, warned))
	})
}
