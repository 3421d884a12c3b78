package once

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
	"example.com/goguide/detect/parallel"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errNetwork = errors.New("no network")

// failsFirst returns a function that fails when it is first called.
func failsFirst[T any](v T) func(context.Context) (T, error) {
	calls := 0
	return func(ctx context.Context) (T, error) {
		calls++
		if calls == 1 {
			var none T
			return none, errors.Join(errNetwork, ctx.Err())
		}
		return v, nil
	}
}

func TestUsers_Find(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		load := failsFirst(map[int]string{7: "ada"})
		u := NewUsers(func() (map[int]string, error) { return load(t.Context()) })
		_, err := u.Find(7)
		require.ErrorIs(t, err, errNetwork)
		name, err := u.Find(7)
		require.NoError(t, err)
		assert.Empty(t, name, "there is no ada, it says")
	})
}

// The near-miss: a load that succeeds.
func TestUsers_Find_loaded(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		u := NewUsers(func() (map[int]string, error) { return map[int]string{7: "ada"}, nil })
		parallel.Do(4, func(int) {
			name, err := u.Find(7)
			assert.NoError(t, err)
			assert.Equal(t, "ada", name)
		})
	})
}

func TestRates_Get(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		r := NewRates(failsFirst(map[string]float64{"EUR": 1}))
		ctx, hangUp := context.WithCancel(t.Context())
		hangUp()
		_, err := r.Get(ctx)
		require.ErrorIs(t, err, context.Canceled)
		_, err = r.Get(t.Context())
		assert.ErrorIs(t, err, context.Canceled, "the error of another request")
	})
}

// The near-miss: a failure that is final may be everybody's.
func TestRates_Get_final(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		parse := sync.OnceValues(func() (int, error) { return 0, errNetwork })
		parallel.Do(4, func(int) {
			_, err := parse()
			assert.ErrorIs(t, err, errNetwork)
		})
	})
}

// loadsBadly panics when it is first called.
func loadsBadly() func() map[string]int {
	load := failsFirst(map[string]int{"soup": 4})
	return func() map[string]int {
		prices, err := load(context.Background())
		if err != nil {
			panic(err)
		}
		return prices
	}
}

func TestMenu_Price(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		m := NewMenu(loadsBadly())
		assert.Panics(t, func() { m.Price("soup") })
		assert.Zero(t, m.Price("soup"))
	})
}

// The near-miss: a load that does not panic.
func TestMenu_Price_loaded(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		m := NewMenu(func() map[string]int { return map[string]int{"soup": 4} })
		parallel.Do(4, func(int) { assert.Equal(t, 4, m.Price("soup")) })
	})
}

func TestCatalog_loadsOnceAndLetsTheOthersWait(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		loads := 0
		c := NewCatalog(func() map[string]int {
			loads++
			return map[string]int{"tea": 3}
		})
		assert.Zero(t, loads, "nobody has asked")
		parallel.Do(8, func(int) {
			price, found := c.Price("tea")
			assert.Equal(t, 3, price)
			assert.True(t, found)
			_, found = c.Price("coffee")
			assert.False(t, found)
		})
		assert.Equal(t, 1, loads)
	})
}

func TestCatalog_repeatsThePanic(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		c := NewCatalog(loadsBadly())
		for range 3 {
			func() {
				defer func() {
					err, _ := recover().(error)
					assert.ErrorIs(t, err, errNetwork)
				}()
				c.Price("soup")
			}()
		}
	})
}

func TestLog_Print(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		l := NewLog(func(warn func(string)) int {
			warn("no such file")
			return 1
		}, func(string) {})
		l.Print(1, "started")
		assert.Fail(t, "it returned")
	})
}

// The near-miss: a file that nothing is wrong with.
func TestLog_Print_noWarning(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var lines []string
		l := NewLog(
			func(func(string)) int { return 1 },
			func(line string) { lines = append(lines, line) })
		l.Print(0, "starting")
		l.Print(1, "started")
		assert.Equal(t, []string{"started"}, lines)
	})
}

func TestLogger_warnsWhileItReadsItsLevel(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var lines []string
		l := NewLogger(func(warn func(string)) int {
			warn("no such file")
			return 1
		}, func(line string) { lines = append(lines, line) })
		l.Print(0, "starting")
		l.Print(1, "started")
		l.Print(2, "failed")
		assert.Equal(t, []string{"no such file", "started", "failed"}, lines)
	})
}

func TestCities_Mayor(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		c := NewCities(func() map[string]string { return map[string]string{"Ulm": "ada"} })
		parallel.Do(2, func(int) { c.Mayor("Ulm") })
	})
}

// The near-miss: loaded before there is a second goroutine.
func TestCities_Mayor_loadedBefore(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		c := NewCities(func() map[string]string { return map[string]string{"Ulm": "ada"} })
		c.Mayor("Ulm")
		parallel.Do(4, func(int) { assert.Equal(t, "ada", c.Mayor("Ulm")) })
	})
}

func TestWords_Has(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		loading, asked := make(chan struct{}), make(chan struct{})
		w := NewWords(func() map[string]bool {
			close(loading)
			<-asked
			return map[string]bool{"go": true}
		})
		var first sync.WaitGroup
		first.Go(func() { assert.True(t, w.Has("go")) })
		<-loading
		assert.False(t, w.Has("go"), "it has not waited")
		close(asked)
		w.Has("go") // while the words are written
		first.Wait()
	})
}

// The near-miss: nobody asks before the load has ended.
func TestWords_Has_inTurn(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		w := NewWords(func() map[string]bool { return map[string]bool{"go": true} })
		assert.True(t, w.Has("go"))
		parallel.Do(4, func(int) { assert.True(t, w.Has("go")) })
	})
}

func TestLazy_triesUntilItSucceeds(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		made := 0
		create := failsFirst("v1")
		ctx, hangUp := context.WithCancel(t.Context())
		l := NewLazy(func(ctx context.Context) (string, error) {
			made++
			hangUp()
			return create(ctx)
		})
		v, err := l.Get(ctx)
		require.ErrorIs(t, err, errNetwork)
		require.ErrorIs(t, err, context.Canceled, "it was called with the caller's ctx")
		assert.Empty(t, v)
		for range 3 {
			v, err = l.Get(t.Context())
			require.NoError(t, err)
			assert.Equal(t, "v1", v)
		}
		assert.Equal(t, 2, made)
		v, err = l.Get(ctx)
		require.NoError(t, err, "what is there needs no ctx")
		assert.Equal(t, "v1", v)
	})
}

func TestLazy_triesAgainAfterAPanic(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		load := loadsBadly()
		l := NewLazy(func(context.Context) (map[string]int, error) { return load(), nil })
		assert.Panics(t, func() { _, _ = l.Get(t.Context()) })
		prices, err := l.Get(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 4, prices["soup"])
	})
}

func TestLazy_makesOneForAllWhoAskAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		made, asked := 0, make(chan struct{})
		l := NewLazy(func(context.Context) (int, error) { made++; <-asked; return made, nil })
		go func() { synctest.Wait(); close(asked) }() // all wait by now
		parallel.Do(8, func(int) {
			v, err := l.Get(t.Context())
			assert.NoError(t, err)
			assert.Equal(t, 1, v)
		})
		assert.Equal(t, 1, made)
	})
}

// The second waits for the first, whose attempt fails, and makes the next.
func TestLazy_handsTheTurnOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fail := make(chan struct{})
		create := failsFirst("v1")
		l := NewLazy(func(ctx context.Context) (string, error) { <-fail; return create(ctx) })
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := l.Get(t.Context())
			assert.ErrorIs(t, err, errNetwork)
		})
		synctest.Wait()
		wg.Go(func() {
			v, err := l.Get(t.Context())
			assert.NoError(t, err)
			assert.Equal(t, "v1", v)
		})
		synctest.Wait()
		close(fail)
		wg.Wait()
	})
}

func TestLazy_attemptsNothingUnderAnEndedContext(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		l := NewLazy(func(context.Context) (string, error) {
			assert.Fail(t, "an attempt")
			return "", nil
		})
		ctx, hangUp := context.WithCancelCause(t.Context())
		hangUp(errNetwork)
		for range 20 { // or a select might be lucky
			_, err := l.Get(ctx)
			require.ErrorIs(t, err, errNetwork)
		}
	})
}

func TestLazy_letsAWaiterLeave(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		creating, answer := make(chan struct{}), make(chan string)
		l := NewLazy(func(context.Context) (string, error) {
			close(creating)
			return <-answer, nil
		})
		var first sync.WaitGroup
		first.Go(func() {
			v, err := l.Get(t.Context())
			assert.NoError(t, err)
			assert.Equal(t, "v1", v)
		})
		<-creating
		ctx, hangUp := context.WithCancelCause(t.Context())
		hangUp(errNetwork)
		_, err := l.Get(ctx)
		require.ErrorIs(t, err, errNetwork)
		answer <- "v1"
		first.Wait()
	})
}
