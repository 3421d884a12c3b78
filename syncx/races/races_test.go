package races

import (
	"context"
	"errors"
	"math"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
	"example.com/goguide/detect/parallel"
	"example.com/goguide/detect/refused"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errRefused = errors.New("refused")

func TestLoopVariable(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		LoopVariable([]string{"a", "b", "c"}, func(string) {}, func(string) {})
	})
}

// The near-miss: one turn, one variable.
func TestLoopVariable_oneOrder(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var shipped string
		LoopVariable([]string{"a"}, func(o string) { shipped = o }, func(string) {})
		assert.Equal(t, "a", shipped)
	})
}

func TestCapturedErr(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		ok := func() error { return nil }
		_ = CapturedErr(ok, ok, ok)
	})
}

// The near-miss: an order that is refused starts no goroutine.
func TestCapturedErr_refused(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		err := CapturedErr(func() error { return errRefused }, nil, nil)
		assert.ErrorIs(t, err, errRefused)
	})
}

func TestSaveAll_returnsEveryError(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx := t.Context()
		saved := make(chan struct{})
		fail := func(got context.Context) error {
			assert.Equal(t, ctx, got)
			<-saved // runs beside the others
			return errRefused
		}
		save := func(context.Context) error { close(saved); return nil }
		err := SaveAll(ctx, fail, save, fail)
		require.ErrorIs(t, err, errRefused)
		assert.EqualError(t, err, "save 0: refused\nsave 2: refused")
		assert.NoError(t, SaveAll(ctx))
	})
}

func TestNamedResult(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		audited := make(chan struct{})
		status := NamedResult(
			func() error { return nil },
			func(int) { close(audited) })
		<-audited
		assert.Equal(t, 200, status)
	})
}

// The near-miss: the audit is over before the function returns.
func TestNamedResult_auditFirst(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		audited := make(chan int, 1)
		status := NamedResult(
			func() error { assert.Equal(t, 202, <-audited); return errRefused },
			func(status int) { audited <- status })
		assert.Equal(t, 500, status)
	})
}

func TestRefund_auditsWhatItBeganWith(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		for want, failure := range map[int]error{200: nil, 500: errRefused} {
			audited := make(chan int, 1)
			status := Refund(
				func() error { return failure },
				func(status int) { audited <- status })
			assert.Equal(t, want, status)
			assert.Equal(t, 202, <-audited)
		}
	})
}

func TestLateAdd(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		returned, asked := make(chan struct{}), make(chan struct{})
		prices := LateAdd(
			[]func() int{func() int { defer close(asked); return 7 }},
			func() { <-returned })
		assert.Zero(t, prices[0], "it did not wait")
		close(returned)
		assert.Contains(t, []int{0, 7}, prices[0])
		<-asked
	})
}

// The near-miss: without shops nothing is added late.
func TestLateAdd_noShops(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() { assert.Empty(t, LateAdd(nil, nil)) })
}

func TestEarlyDone(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		errs := EarlyDone(func() { panic("boom") })
		_ = errs[0]
		for range 100 {
			runtime.Gosched() // the error is on its way
		}
	})
}

// The near-miss: a job that does not panic writes nothing after Done.
func TestEarlyDone_noPanic(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.Equal(t, []error{nil, nil}, EarlyDone(func() {}, func() {}))
	})
}

func TestHiddenByLog(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		loaded := make(chan struct{})
		_ = HiddenByLog(
			func() string { return "v1" },
			func(line string) {
				if line == "loaded" {
					close(loaded)
				}
			})
		<-loaded
	})
}

// The near-miss is the bug itself, with a log that has a lock. Where the
// goroutine logs first, the lock puts the two in order: no detector reports.
func TestHiddenByLog_behindALock(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var mu sync.Mutex
		lines := map[string]bool{}
		log := func(line string) {
			for first := line == "loaded"; ; runtime.Gosched() {
				mu.Lock()
				if first || lines["loaded"] {
					lines[line] = true
					mu.Unlock()
					return
				}
				mu.Unlock()
			}
		}
		assert.Equal(t, "v1", HiddenByLog(func() string { return "v1" }, log))
	})
}

func TestLoad_waitsForTheConfiguration(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		started := make(chan struct{})
		config := Load(
			func() string { <-started; return "v1" },
			func(line string) {
				if line == "started" {
					close(started)
				}
			})
		assert.Equal(t, "v1", config)
	})
}

func TestAppendUnlocked(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		shard := func() []string { return []string{"hit"} }
		_ = AppendUnlocked(shard, shard)
	})
}

// The near-miss: one goroutine is no race.
func TestAppendUnlocked_oneShard(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		hits := AppendUnlocked(func() []string { return []string{"hit"} })
		assert.Equal(t, []string{"hit"}, hits)
	})
}

func TestSearch_keepsTheOrderOfTheShards(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx := t.Context()
		last := make(chan struct{})
		slow := func(got context.Context) []string {
			assert.Equal(t, ctx, got)
			<-last // runs beside the others
			return []string{"a", "b"}
		}
		none := func(context.Context) []string { return nil }
		fast := func(context.Context) []string { close(last); return []string{"c"} }
		assert.Equal(t, []string{"a", "b", "c"}, Search(ctx, slow, none, fast))
		assert.Empty(t, Search(ctx))
	})
}

func TestSliceHeader(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		same := func(order string) string { return order }
		problems := SliceHeader([]string{"a", "b"}, same, func([]string) {})
		assert.ElementsMatch(t, []string{"a", "b"}, problems)
	})
}

// The near-miss: nothing is appended while the slice is copied.
func TestSliceHeader_checksLater(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		shown := make(chan struct{})
		n := 0
		problems := SliceHeader([]string{"a", "b"},
			func(order string) string { <-shown; return order },
			func(problems []string) {
				assert.Empty(t, problems)
				if n++; n == 2 {
					close(shown)
				}
			})
		assert.ElementsMatch(t, []string{"a", "b"}, problems)
	})
}

func TestCounter_Count(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		c := NewCounter()
		parallel.Do(8, func(int) {
			for range 20_000 {
				c.Count("/")
			}
		})
	})
}

// The near-miss: any number of goroutines may read a map.
func TestCounter_Count_before(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		c := NewCounter()
		c.Count("/")
		parallel.Do(8, func(int) { assert.Equal(t, 1, c.paths["/"]) })
	})
}

func TestHits_countsEveryRequest(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var h Hits
		assert.Zero(t, h.Of("/"))
		parallel.Do(8, func(int) {
			for range 100 {
				h.Add("/")
				assert.NotZero(t, h.Of("/"))
			}
		})
		assert.Equal(t, 800, h.Of("/"))
		assert.Zero(t, h.Of("/other"))
	})
}

func TestPointerSent(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		reports := make(chan *Job)
		go PointerSent("import", 2, reports)
		first := <-reports
		assert.Contains(t, []int{1, 2}, first.Done)
		<-reports
	})
}

// The near-miss: who sends the last word may send a pointer.
func TestPointerSent_oneStep(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		reports := make(chan *Job)
		go PointerSent("import", 1, reports)
		assert.Equal(t, &Job{"import", 1}, <-reports)
	})
}

func TestProgress_sendsCopies(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		reports := make(chan Job)
		go Progress(ctx, "import", math.MaxInt, reports)
		first := <-reports
		assert.Equal(t, Job{"import", 2}, <-reports)
		assert.Equal(t, Job{"import", 1}, first)
		cancel()
	})
}

func TestSampler_Keep(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		s := NewSampler(0.5)
		parallel.Do(2, func(int) { s.Keep() })
	})
}

// The near-miss: a source for each goroutine.
func TestSampler_Keep_oneEach(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		parallel.Do(2, func(int) { assert.True(t, NewSampler(1).Keep()) })
	})
}

func TestKeep_keepsItsShare(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		parallel.Do(2, func(int) {
			kept := 0
			for range 10_000 {
				assert.True(t, Keep(1))
				assert.False(t, Keep(0))
				if Keep(0.5) {
					kept++
				}
			}
			assert.InDelta(t, 5_000, kept, 500) // ten standard deviations
		})
	})
}

// subtests is what t.Run with t.Parallel does: all begin when all are known.
func subtests(add func(run func(name string, test func()))) {
	var wg sync.WaitGroup
	add(func(_ string, test func()) { wg.Go(test) })
	wg.Wait()
}

func TestSharedFixture(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		subtests(func(run func(string, func())) {
			SharedFixture(map[string]func(*Cart){
				"ten off":  func(c *Cart) { c.Total -= 10 },
				"half off": func(c *Cart) { c.Total /= 2 },
			}, run)
		})
	})
}

// The near-miss: cases that only read may share.
func TestSharedFixture_onlyRead(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		total := func(c *Cart) { assert.Equal(t, 100, c.Total) }
		subtests(func(run func(string, func())) {
			SharedFixture(map[string]func(*Cart){"a": total, "b": total}, run)
		})
	})
}

func TestCases_haveTheirOwnFixture(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		half := func(c *Cart) { c.Total /= 2; assert.Equal(t, 50, c.Total) }
		subtests(func(run func(string, func())) {
			Cases(
				func() *Cart { return &Cart{Total: 100} },
				map[string]func(*Cart){"a": half, "b": half}, run)
		})
	})
}

// The same with real subtests.
func TestCases_asSubtests(t *testing.T) {
	t.Parallel()
	ran := make(chan string, 2)
	t.Run("all", func(t *testing.T) {
		half := func(c *Cart) { c.Total /= 2; assert.Equal(t, 50, c.Total) }
		Cases(
			func() *Cart { return &Cart{Total: 100} },
			map[string]func(*Cart){"a": half, "b": half},
			func(name string, test func()) {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					test()
					ran <- name
				})
			})
	})
	assert.ElementsMatch(t, []string{"a", "b"}, []string{<-ran, <-ran})
}

func TestVisits_Days(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		v := NewVisits(1, 1)
		parallel.Do(2, func(int) { v.Days()[0].Add(0, 7) })
	})
}

// The near-miss: callers who share one copy share its lock.
func TestVisits_Days_oneCopy(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		v := NewVisits(1, 1)
		days := v.Days()
		parallel.Do(2, func(int) { days[0].Add(0, 7) })
		assert.Equal(t, 2, v.days[0].hours[0][7])
	})
}

func TestVet_refusesTheCopiesThatItSees(t *testing.T) {
	t.Parallel()
	refused.Vet(t, "testdata/refused")
}

func TestPrices_Get(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		p := NewPrices(map[string]int{"tea": 3})
		parallel.Do(2, func(int) { assert.Equal(t, 3, p.Get("tea")) })
	})
}

// The near-miss: one reader.
func TestPrices_Get_once(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		p := NewPrices(map[string]int{"tea": 3})
		parallel.Do(1, func(int) { assert.Equal(t, 3, p.Get("tea")) })
		assert.Equal(t, 1, p.asked)
	})
}

func TestBreaker_Open(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var b Breaker
		var wg sync.WaitGroup
		wg.Go(b.Fail)
		assert.False(t, b.Open())
		wg.Wait()
	})
}

// The near-miss: after Wait no goroutine writes any more.
func TestBreaker_Open_afterwards(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var b Breaker
		parallel.Do(4, func(int) { b.Fail() })
		assert.True(t, b.Open())
	})
}

// Both have looked before one of them pays.
func TestSeats_Take(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		s := NewSeats(1)
		var both sync.WaitGroup
		both.Add(2)
		parallel.Do(2, func(int) {
			assert.True(t, s.Take(func() error { both.Done(); both.Wait(); return nil }))
		})
		assert.Equal(t, -1, s.Free())
	})
}

// The near-miss: one after the other.
func TestSeats_Take_inTurn(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s := NewSeats(1)
		pay := func() error { return nil }
		assert.False(t, s.Take(func() error { return errRefused }))
		assert.True(t, s.Take(pay))
		assert.False(t, s.Take(pay))
		assert.Zero(t, s.Free())
	})
}

func TestStock_sellsEachArticleOnce(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var s Stock
		pay := func() error { return nil }
		assert.False(t, s.Take(pay))
		s.Put(1)
		assert.True(t, s.Take(func() error {
			assert.False(t, s.Take(pay), "the last one is taken")
			return nil
		}))
		s.Put(1)
		assert.False(t, s.Take(func() error { return errRefused }))
		assert.True(t, s.Take(pay), "it was put back")

		parallel.Do(50, func(int) { s.Put(1) })
		sold := make(chan bool, 100)
		parallel.Do(100, func(int) { sold <- s.Take(pay) })
		n := 0
		for range 100 {
			if <-sold {
				n++
			}
		}
		assert.Equal(t, 50, n)
	})
}
