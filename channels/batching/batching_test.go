package batching

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// filled returns a closed channel that holds the values.
func filled[T any](values ...T) <-chan T {
	in := make(chan T, len(values))
	for _, v := range values {
		in <- v
	}
	close(in)
	return in
}

// upTo returns 0, 1, …, n-1.
func upTo(n int) []int {
	values := make([]int, n)
	for i := range values {
		values[i] = i
	}
	return values
}

func TestBatches_cutsBySize(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		size, n int
		want    []int // the lengths
	}{
		"a rest":               {size: 3, n: 7, want: []int{3, 3, 1}},
		"no rest":              {size: 3, n: 6, want: []int{3, 3}},
		"one batch not full":   {size: 3, n: 2, want: []int{2}},
		"empty input":          {size: 3, n: 0, want: nil},
		"a size of 1":          {size: 1, n: 3, want: []int{1, 1, 1}},
		"a size below 1 is 1":  {size: -1, n: 3, want: []int{1, 1, 1}},
		"a size beyond memory": {size: 1 << 62, n: 3, want: []int{3}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var lengths, all []int
			for b := range Batches(t.Context(), filled(upTo(c.n)...), c.size, time.Hour) {
				lengths = append(lengths, len(b))
				all = append(all, b...)
			}
			assert.Equal(t, c.want, lengths)
			assert.Equal(t, upTo(c.n), append([]int{}, all...), "every value once, in order")
		})
	}
}

// delivery is a batch and when it came.
type delivery struct {
	at     time.Duration
	values []int
}

// deliveries sends 0, 1, … at the given times, closes the channel after the
// last, and returns what comes when.
func deliveries(t *testing.T, size int, maxAge time.Duration, times ...time.Duration) (got []delivery) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		in := make(chan int)
		go func() {
			defer close(in)
			for i, at := range times {
				time.Sleep(at - time.Since(start))
				if at < time.Hour { // the last only closes
					in <- i
				}
			}
		}()
		for b := range Batches(t.Context(), in, size, maxAge) {
			got = append(got, delivery{time.Since(start), b})
		}
	})
	return got
}

func TestBatches_cutsByAge(t *testing.T) {
	t.Parallel()
	const s = time.Second
	for name, c := range map[string]struct {
		size   int
		maxAge time.Duration
		times  []time.Duration
		want   []delivery
	}{
		"a steady trickle is cut by the age of the first": {
			size: 99, maxAge: 10 * s,
			times: []time.Duration{0, 4 * s, 8 * s, 12 * s, 16 * s, 20 * s, time.Hour},
			want:  []delivery{{10 * s, []int{0, 1, 2}}, {22 * s, []int{3, 4, 5}}},
		},
		"a batch gets its whole age however late it begins": {
			size: 99, maxAge: 10 * s,
			times: []time.Duration{19 * s, 21 * s, time.Hour},
			want:  []delivery{{29 * s, []int{0, 1}}},
		},
		"a full batch does not leave its timer to the next": {
			size: 2, maxAge: 10 * s,
			times: []time.Duration{0, 9 * s, 12 * s, time.Hour},
			want:  []delivery{{9 * s, []int{0, 1}}, {22 * s, []int{2}}},
		},
		"the end of the input does not wait for the age": {
			size: 99, maxAge: 10 * s,
			times: []time.Duration{0, 3 * s},
			want:  []delivery{{3 * s, []int{0, 1}}},
		},
		"a maxAge of 0 sets no limit": {
			size: 99, maxAge: 0,
			times: []time.Duration{0, 30 * s, time.Hour},
			want:  []delivery{{time.Hour, []int{0, 1}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, deliveries(t, c.size, c.maxAge, c.times...))
		})
	}
}

func TestBatches_losesNothingAtCancelAfterAnyValue(t *testing.T) {
	t.Parallel()
	const n = 7
	for k := range n + 1 {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			in := make(chan int) // never closed
			var sent []int
			go func() {
				for i := range n + 1 {
					if i == k {
						synctest.Wait() // the receiver has taken k values
						cancel()
					}
					select {
					case in <- i:
						sent = append(sent, i)
					case <-ctx.Done():
						return
					}
				}
			}()
			got := slices.Concat(slices.Collect(Batches(ctx, in, 3, 0))...)
			synctest.Wait()
			assert.Equal(t, sent, got)
			assert.GreaterOrEqual(t, len(got), k)
			assert.LessOrEqual(t, len(got), k+1, "after cancel the select may take one more, no further")
		})
	}
}

func TestBatches_endsWithAContextThatIsOver(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	in := make(chan int, 99)
	for i := range cap(in) {
		in <- i
	}
	got := slices.Concat(slices.Collect(Batches(ctx, in, 50, time.Hour))...)
	assert.LessOrEqual(t, len(got), 1)
	assert.Len(t, in, cap(in)-len(got), "the rest stays in the channel")
}

func TestBatches_goesOnAfterABreak(t *testing.T) {
	t.Parallel()
	for k := range 4 {
		in := filled(upTo(8)...)
		batches := Batches(t.Context(), in, 2, time.Hour)
		var got []int
		for b := range batches {
			got = append(got, b...)
			if len(got) >= 2*k {
				break
			}
		}
		assert.Len(t, in, 8-len(got), "nothing was taken that was not handed over")
		for b := range batches {
			got = append(got, b...)
		}
		assert.Equal(t, upTo(8), got)
	}
}

// A receiver that takes its time makes the sender wait, in order.
func TestBatches_waitsForASlowReceiver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := make(chan int)
		sent := 0
		go func() {
			defer close(in)
			for i := range 6 {
				in <- i
				sent++
			}
		}()
		var got []int
		for b := range Batches(t.Context(), in, 2, time.Second) {
			got = append(got, b...)
			time.Sleep(time.Minute)
			synctest.Wait()
			assert.Equal(t, len(got), sent)
		}
		assert.Equal(t, upTo(6), got)
	})
}

func TestBatches_handsOverFreshSlices(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		batches := make(chan []string)
		go func() {
			defer close(batches)
			in := filled("a", "b", "c", "d", "e")
			for b := range Batches(t.Context(), in, 2, time.Hour) {
				batches <- b
			}
		}()
		first := <-batches
		assert.Equal(t, []string{"a", "b"}, first) // while the next is filled
		second, third := <-batches, <-batches
		assert.Equal(t, []string{"a", "b"}, first)
		assert.Equal(t, []string{"c", "d"}, second)
		assert.Equal(t, []string{"e"}, third)
		<-batches
	})
}

func TestLostRest(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var stored []string
		LostRest(filled("a", "b", "c"), 2, func(b []string) { stored = append(stored, b...) })
		assert.Equal(t, []string{"a", "b"}, stored, "and where is c?")
	})
}

// The near-miss: a test whose rows fill all batches sees nothing.
func TestLostRest_fullBatches(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var stored []string
		LostRest(filled("a", "b", "c", "d"), 2, func(b []string) { stored = append(stored, b...) })
		assert.Equal(t, []string{"a", "b", "c", "d"}, stored)
	})
}

func TestReusedSlice(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		batches := ReusedSlice(filled("a", "b", "c", "d"), 2)
		first := <-batches
		_ = slices.Clone(first) // while c and d are written into it
		second := <-batches
		assert.Equal(t, []string{"c", "d"}, second)
		assert.Equal(t, []string{"c", "d"}, first, "it was a and b")
		<-batches
	})
}

// The near-miss: a single batch is not filled again.
func TestReusedSlice_oneBatch(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		batches := ReusedSlice(filled("a", "b"), 2)
		assert.Equal(t, []string{"a", "b"}, <-batches)
		<-batches
	})
}

// trickle runs batch on points that come every millisecond, until the first
// batch arrives, and returns that.
func trickle(batch func(points <-chan int, send func([]int))) []int {
	points, batches := make(chan int), make(chan []int, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		batch(points, func(b []int) {
			select {
			case batches <- b:
			default: // only the first is of interest
			}
		})
	}()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			points <- 0
		case b := <-batches:
			close(points)
			<-done
			return b
		}
	}
}

// With a point every millisecond, the second does not pass once. A tenth of a
// second did, on a machine that had forty threads waiting for two cores.
func TestRestartedTimer(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		trickle(func(points <-chan int, send func([]int)) {
			RestartedTimer(points, 1<<30, time.Second, send)
		})
	}, detect.Within(3*time.Second))
}

// The near-miss: as long as all points come in a burst, the timer is right.
func TestRestartedTimer_burst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		points := make(chan int)
		go func() {
			defer close(points)
			points <- 1
			points <- 2
			time.Sleep(time.Hour)
		}()
		start, got := time.Now(), []delivery(nil)
		RestartedTimer(points, 99, time.Second, func(b []int) {
			got = append(got, delivery{time.Since(start), b})
		})
		assert.Equal(t, delivery{time.Second, []int{1, 2}}, got[0])
	})
}

func TestBatches_yieldsInATrickle(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.NotEmpty(t, trickle(func(points <-chan int, send func([]int)) {
			for b := range Batches(t.Context(), points, 1<<30, 10*time.Millisecond) {
				send(b)
			}
		}))
	})
}

func TestScheduledFlush(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		events := make(chan string)
		first := make(chan []string, 1)
		done := make(chan struct{})
		go func() {
			defer close(done)
			ScheduledFlush(events, 99, time.Millisecond, func(b []string) {
				select {
				case first <- b:
				default:
				}
			})
		}()
		assert.Empty(t, <-first, "INSERT INTO audit VALUES, and then?")
		close(events)
		<-done
	})
}

// The clock of [ScheduledFlush] also cuts what came together.
func TestScheduledFlush_cutsAPair(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		events := make(chan string)
		go func() {
			defer close(events)
			time.Sleep(9 * time.Second)
			events <- "withdrawn"
			time.Sleep(2 * time.Second)
			events <- "paid out"
		}()
		var got [][]string
		ScheduledFlush(events, 99, 10*time.Second, func(b []string) { got = append(got, b) })
		assert.Equal(t, [][]string{{"withdrawn"}, {"paid out"}}, got)
	})
	assert.Equal(t, []delivery{{11 * time.Second, []int{0, 1}}},
		deliveries(t, 99, 10*time.Second, 9*time.Second, 11*time.Second))
}
