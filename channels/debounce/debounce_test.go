package debounce

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const s = time.Second

// delivery is a value and when it came.
type delivery struct {
	at    time.Duration
	value int
}

// play sends 0, 1, … at the given times, closes the channel at the last one,
// and returns what comes when. Its receiver takes its time after each.
func play(
	t *testing.T,
	stage func(context.Context, <-chan int) <-chan int,
	slow time.Duration,
	times ...time.Duration,
) (got []delivery) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		in := make(chan int)
		go func() {
			defer close(in)
			for i, at := range times {
				time.Sleep(at - time.Since(start))
				if i < len(times)-1 {
					in <- i
					assert.Equal(t, at, time.Since(start), "the sender does not wait for a slow receiver")
				}
			}
		}()
		for v := range stage(t.Context(), in) {
			got = append(got, delivery{time.Since(start), v})
			time.Sleep(slow)
		}
	})
	return got
}

func TestDebounce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		maxWait, slow time.Duration
		times         []time.Duration
		want          []delivery
	}{
		"the last of a burst wins after the pause": {
			times: []time.Duration{0, s, 2 * s, time.Hour},
			want:  []delivery{{12 * s, 2}},
		},
		"each burst has its own": {
			times: []time.Duration{0, s, 20 * s, 21 * s, time.Hour},
			want:  []delivery{{11 * s, 1}, {31 * s, 3}},
		},
		"the end of the input does not wait for the pause": {
			times: []time.Duration{0, s, 2 * s},
			want:  []delivery{{2 * s, 1}},
		},
		"the end of the input delivers nothing twice": {
			times: []time.Duration{0, 30 * s},
			want:  []delivery{{10 * s, 0}},
		},
		"empty input": {times: []time.Duration{s}},
		"without a pause nothing comes": {
			times: []time.Duration{0, 6 * s, 12 * s, 18 * s, 24 * s, 30 * s},
			want:  []delivery{{30 * s, 4}},
		},
		"maxWait ends the waiting, from the first value on": {
			maxWait: 15 * s,
			times:   []time.Duration{0, 6 * s, 12 * s, 18 * s, 24 * s, time.Hour},
			want:    []delivery{{15 * s, 2}, {33 * s, 4}},
		},
		"a slow receiver gets the newest": {
			slow:  40 * s,
			times: []time.Duration{0, 15 * s, 20 * s, 25 * s, time.Hour},
			want:  []delivery{{10 * s, 0}, {50 * s, 3}},
		},
		"a slow receiver gets the newest after its own pause": {
			slow:  40 * s,
			times: []time.Duration{0, 15 * s, 45 * s, time.Hour},
			want:  []delivery{{10 * s, 0}, {55 * s, 2}},
		},
		"a slow receiver gets what maxWait says": {
			maxWait: 15 * s, slow: 40 * s,
			times: []time.Duration{0, 15 * s, 49 * s, time.Hour},
			want:  []delivery{{10 * s, 0}, {50 * s, 2}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, play(t, func(ctx context.Context, in <-chan int) <-chan int {
				return Debounce(ctx, in, 10*s, c.maxWait)
			}, c.slow, c.times...))
		})
	}
}

func TestThrottle(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		slow  time.Duration
		times []time.Duration
		want  []delivery
	}{
		"the first at once, then the newest of each interval": {
			times: []time.Duration{0, s, 2 * s, 11 * s, time.Hour},
			want:  []delivery{{0, 0}, {10 * s, 2}, {20 * s, 3}},
		},
		"rare values pass at once": {
			times: []time.Duration{5 * s, 16 * s, time.Hour},
			want:  []delivery{{5 * s, 0}, {16 * s, 1}},
		},
		"the end of the input does not wait for the interval": {
			times: []time.Duration{0, s, 2 * s, 3 * s},
			want:  []delivery{{0, 0}, {3 * s, 2}},
		},
		"a slow receiver gets the newest": {
			slow:  40 * s,
			times: []time.Duration{0, 5 * s, 39 * s, time.Hour},
			want:  []delivery{{0, 0}, {40 * s, 2}},
		},
		"empty input": {times: []time.Duration{s}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, play(t, func(ctx context.Context, in <-chan int) <-chan int {
				return Throttle(ctx, in, 10*s)
			}, c.slow, c.times...))
		})
	}
}

// Whatever it waits for when ctx ends (a value, a pause, a receiver), it
// closes its output and leaves.
func TestDebounce_endsWithContextAfterAnyValue(t *testing.T) {
	t.Parallel()
	for k := range 4 {
		for pause := range 3 {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				in := make(chan int)
				out := Debounce(ctx, in, s, 0)
				for i := range k {
					in <- i
					time.Sleep(time.Duration(pause) * s) // 0: within the burst
				}
				cancel()
				synctest.Wait()
				select {
				case v, open := <-out:
					assert.False(t, open, "%d came after the cancel", v)
				default:
					assert.Fail(t, "it is not closed")
				}
			})
		}
	}
}

func TestDebounce_endsWhenTheReceiverLeaves(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		in := make(chan int)
		out := Debounce(ctx, in, time.Millisecond, 0)
		in <- 1
		assert.Equal(t, 1, <-out)
		in <- 2 // and nobody receives
	})
}

func TestDebounce_deliversWhatIsPendingAtTheEnd(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		in := make(chan string, 2)
		in <- "gop"
		in <- "gopher"
		close(in)
		var got []string
		for v := range Debounce(t.Context(), in, time.Hour, 0) {
			got = append(got, v)
		}
		assert.Equal(t, []string{"gopher"}, got)
	})
}

func TestDraft_Edit(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		saving, saved := make(chan struct{}), make(chan struct{})
		d := Draft{Pause: time.Millisecond, Save: func() { close(saving) }}
		d.Edit()
		<-saving
		d.Save = func() { close(saved) }
		d.Edit() // while the first callback is on its way out
		<-saved
	})
}

// The near-miss: an Edit that comes before the pause is over stops a callback
// that has not begun.
func TestDraft_Edit_inTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		saves := 0
		d := Draft{Pause: time.Minute, Save: func() { saves++ }}
		for range 5 {
			d.Edit()
			time.Sleep(59 * s)
		}
		time.Sleep(s)
		synctest.Wait()
		assert.Equal(t, 1, saves)
		assert.False(t, d.dirty)
	})
}

func TestWatcher_Close(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		loading := make(chan struct{})
		w := Watcher{Out: make(chan string), Pause: time.Millisecond, Load: func() string {
			close(loading)
			return "debug: true"
		}}
		w.Changed()
		<-loading
		w.Close()
		select {} // the process ends before this does
	})
}

// The near-miss: Close while the file has not settled yet.
func TestWatcher_Close_inTime(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		w := Watcher{Out: make(chan string), Pause: time.Hour}
		w.Changed()
		w.Changed()
		w.Close()
		_, open := <-w.Out
		assert.False(t, open)
	})
}

func TestLostPending(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		queries := make(chan string, 2)
		queries <- "gop"
		queries <- "gopher"
		close(queries)
		LostPending(queries, time.Hour, func(q string) { assert.Fail(t, "it searched", q) })
		assert.Empty(t, queries)
	})
}

// The near-miss: an input that outlives the pause.
func TestLostPending_afterThePause(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		queries := make(chan string, 1)
		queries <- "gopher"
		var searched []string
		LostPending(queries, time.Millisecond, func(q string) {
			searched = append(searched, q)
			close(queries)
		})
		assert.Equal(t, []string{"gopher"}, searched)
	})
}

func TestIndex_Touch(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		x := Index{Quiet: time.Hour, Rebuild: func() {}}
		for range 3 {
			x.Touch()
		}
	})
}

// The near-miss, and why it goes unnoticed: it does rebuild once.
func TestIndex_Touch_rebuildsOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rebuilt := 0
		x := Index{Quiet: s, Rebuild: func() { rebuilt++ }}
		for range 1000 {
			x.Touch()
		}
		time.Sleep(s)
		synctest.Wait()
		assert.Equal(t, 1, rebuilt)
	})
}
