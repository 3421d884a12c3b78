package errgroup

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"golang.org/x/sync/errgroup"

	"example.com/goguide/detect"
	"example.com/goguide/detect/refused"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	errBad   = errors.New("bad gateway")
	errWorse = errors.New("disk full")
)

func upper(_ context.Context, s string) (string, error) {
	return strings.ToUpper(s), nil
}

func TestMap_keepsTheOrder(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		// Each task waits for the one after it: they end in reverse.
		items := []int{0, 1, 2, 3}
		ended := make([]chan struct{}, len(items)+1)
		for i := range ended {
			ended[i] = make(chan struct{})
		}
		close(ended[len(items)])
		got, err := Map(t.Context(), items, len(items), func(_ context.Context, i int) (int, error) {
			<-ended[i+1]
			close(ended[i])
			return i * i, nil
		})
		require.NoError(t, err)
		assert.Equal(t, []int{0, 1, 4, 9}, got)
	})
}

// The one that fails is not the first of the slice but the first in time, and
// the errors of those that it cancelled are dropped.
func TestMap_cancelsTheRestAndReturnsTheFirstError(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		_, err := Map(t.Context(), []int{0, 1, 2}, 3, func(ctx context.Context, i int) (int, error) {
			if i == 1 {
				return 0, errBad
			}
			<-ctx.Done()
			assert.ErrorIs(t, context.Cause(ctx), errBad)
			return 0, errWorse
		})
		require.ErrorIs(t, err, errBad)
		assert.NotErrorIs(t, err, errWorse)
	})
}

func TestMap_beginsNothingAfterAnError(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var begun []int
		_, err := Map(t.Context(), []int{0, 1, 2}, 1, func(_ context.Context, i int) (int, error) {
			begun = append(begun, i) // one at a time, so no lock
			return 0, errBad
		})
		require.ErrorIs(t, err, errBad)
		assert.Equal(t, []int{0}, begun)
	})
}

func TestMap_endsWithTheCallersContext(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := Map(ctx, []string{"a"}, 1, upper)
		assert.ErrorIs(t, err, context.Canceled)
	})
}

func TestMap_keepsTheLimit(t *testing.T) {
	t.Parallel()
	for limit, want := range map[int]int32{-1: 1, 0: 1, 1: 1, 3: 3, 99: 6} {
		synctest.Test(t, func(t *testing.T) {
			var running atomic.Int32
			gate := make(chan struct{})
			over := make(chan error)
			go func() {
				_, err := Map(t.Context(), make([]int, 6), limit, func(context.Context, int) (int, error) {
					running.Add(1)
					defer running.Add(-1)
					<-gate
					return 0, nil
				})
				over <- err
			}()
			synctest.Wait()
			assert.Equal(t, want, running.Load(), "limit %d", limit)
			close(gate)
			assert.NoError(t, <-over)
		})
	}
}

func TestEach_returnsEveryErrorInOrder(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{0, 1, 3} {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			detect.Fix(t, func() {
				errs := []error{errWorse, nil, errBad}
				err := Each(t.Context(), errs, limit, func(_ context.Context, err error) error { return err })
				require.ErrorIs(t, err, errBad)
				require.ErrorIs(t, err, errWorse)
				assert.EqualError(t, err, "item 0: disk full\nitem 2: bad gateway")
			})
		})
	}
}

func TestEach_cancelsNothing(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var alive atomic.Int32
		err := Each(t.Context(), []int{0, 1, 2}, 1, func(ctx context.Context, _ int) error {
			if ctx.Err() == nil {
				alive.Add(1)
			}
			return errBad
		})
		require.ErrorIs(t, err, errBad)
		assert.EqualValues(t, 3, alive.Load())
	})
}

// site has seven pages, each but the last three with two below it.
func site(_ context.Context, page string) ([]string, error) {
	if len(page) == 3 {
		return nil, nil
	}
	return []string{page + "a", page + "b"}, nil
}

var pages = []string{"/", "/a", "/aa", "/ab", "/b", "/ba", "/bb"}

func TestWalk_visitsEveryNodeUnderAnyLimit(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{0, 1, 2, 99} {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			detect.Fix(t, func() {
				var mu sync.Mutex
				var seen []string
				err := Walk(t.Context(), "/", limit, func(ctx context.Context, page string) ([]string, error) {
					mu.Lock()
					seen = append(seen, page)
					mu.Unlock()
					return site(ctx, page)
				})
				require.NoError(t, err)
				slices.Sort(seen)
				assert.Equal(t, pages, seen)
			})
		})
	}
}

func TestWalk_keepsTheLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var running, peak atomic.Int32
		err := Walk(t.Context(), "/", 2, func(ctx context.Context, page string) ([]string, error) {
			if n := running.Add(1); n > peak.Load() {
				peak.Store(n)
			}
			defer running.Add(-1)
			time.Sleep(time.Second) // in the bubble: all who can, run by then
			return site(ctx, page)
		})
		require.NoError(t, err)
		assert.EqualValues(t, 2, peak.Load())
	})
}

func TestWalk_endsWithTheFirstError(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{1, 99} {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			detect.Fix(t, func() {
				err := Walk(t.Context(), "/", limit, func(ctx context.Context, page string) ([]string, error) {
					if page == "/a" {
						return nil, errBad
					}
					if page == "/b" {
						<-ctx.Done() // with a limit of 1, "/b" is not visited
					}
					return site(ctx, page)
				})
				require.ErrorIs(t, err, errBad)
				assert.ErrorContains(t, err, "visit /a")
			})
		})
	}
}

func TestAppendedResults(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		_, err := AppendedResults(t.Context(), []string{"a", "b"}, upper)
		require.NoError(t, err)
	})
}

// The near-miss: one task has nobody to race with.
func TestAppendedResults_oneURL(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		got, err := AppendedResults(t.Context(), []string{"a"}, upper)
		require.NoError(t, err)
		assert.Equal(t, []string{"A"}, got)
	})
}

// oneFails fails for "down"; any other backend answers when its ctx ends.
func oneFails(ctx context.Context, backend string) error {
	if backend == "down" {
		return errBad
	}
	<-ctx.Done()
	return ctx.Err()
}

func TestOuterContext(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		_ = OuterContext(ctx, []string{"slow", "down"}, oneFails)
		assert.Fail(t, "it returned")
	})
}

// With a deadline nothing hangs: the failure is only reported a minute late,
// and no detector but a clock can tell.
func TestOuterContext_isLate(t *testing.T) {
	t.Parallel()
	backends := []string{"slow", "down"}
	took := func(ask func(context.Context) error) (d time.Duration) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			start := time.Now()
			require.ErrorIs(t, ask(ctx), errBad)
			d = time.Since(start)
		})
		return d
	}
	assert.Equal(t, time.Minute, took(func(ctx context.Context) error {
		return OuterContext(ctx, backends, oneFails)
	}))
	assert.Zero(t, took(func(ctx context.Context) error {
		_, err := Map(ctx, backends, 2, func(ctx context.Context, b string) (int, error) {
			return 0, oneFails(ctx, b)
		})
		return err
	}))
}

// The near-miss: as long as all backends answer, nobody needs the other ctx.
func TestOuterContext_allAnswer(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		err := OuterContext(t.Context(), []string{"a", "b"}, func(context.Context, string) error { return nil })
		assert.NoError(t, err)
	})
}

func price(context.Context, string) (int, error) { return 7, nil }

func TestLateContext(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		err := LateContext(t.Context(), []string{"a", "b"}, price, func(ctx context.Context, _ []int) error {
			return ctx.Err() // as database/sql does before it begins
		})
		require.ErrorIs(t, err, context.Canceled)
		assert.NoError(t, t.Context().Err())
	})
}

// The near-miss: a fake that ignores its ctx keeps the test green.
func TestLateContext_fakeStore(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		err := LateContext(t.Context(), []string{"a", "b"}, price, func(_ context.Context, prices []int) error {
			assert.Equal(t, []int{7, 7}, prices)
			return nil
		})
		assert.NoError(t, err)
	})
}

func TestNestedGo(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		_ = NestedGo(t.Context(), "/", 1, site)
		assert.Fail(t, "it returned")
	})
}

// A higher limit only postpones it: here two pages wait for each other's place.
func TestNestedGo_higherLimit(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var both sync.WaitGroup
		both.Add(2)
		_ = NestedGo(t.Context(), "/", 2, func(ctx context.Context, page string) ([]string, error) {
			if page == "/a" || page == "/b" {
				both.Done()
				both.Wait()
			}
			return site(ctx, page)
		})
		assert.Fail(t, "it returned")
	})
}

// The near-miss: with a place for each page nobody waits.
func TestNestedGo_placeForAll(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.NoError(t, NestedGo(t.Context(), "/", len(pages), site))
	})
}

func ok() error { return nil }

func TestZeroLimit(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		_ = ZeroLimit(0, ok)
		assert.Fail(t, "it returned")
	})
}

// The near-miss: a negative limit is none.
func TestZeroLimit_negative(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() { assert.NoError(t, ZeroLimit(-1, ok, ok)) })
}

func boom() error { panic("nil map") }

func TestRecoverAroundWait(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { _ = RecoverAroundWait(ok, boom) })
}

func TestGuard_turnsAPanicIntoAnError(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		err := RecoverAroundWait(Guard(ok), Guard(boom))
		require.ErrorContains(t, err, "panic: nil map\n")
		assert.ErrorContains(t, err, "errgroup.boom(") // from the stack
	})
}

func TestGuard_passesAnErrorOn(t *testing.T) {
	t.Parallel()
	assert.Equal(t, errBad, Guard(func() error { return errBad })())
}

// visited collects what a loop of three tasks visits.
func visited(t *testing.T, loop visitLoop) []string {
	var mu sync.Mutex
	var seen []string
	err := loop(t.Context(), []string{"a", "b", "c"}, func(_ context.Context, url string) error {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, url)
		return nil
	}, func(int) {})
	assert.NoError(t, err)
	slices.Sort(seen)
	return seen
}

type visitLoop = func(context.Context, []string, func(context.Context, string) error, func(int)) error

func TestSharedVariable(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { visited(t, SharedVariable) })
}

// The near-miss is the same text in a file of today's Go.
func TestSharedVariable_asTodaysGo(t *testing.T) {
	t.Parallel()
	ownVariable := func(
		ctx context.Context,
		urls []string,
		visit func(context.Context, string) error,
		queued func(n int),
	) error {
		g, ctx := errgroup.WithContext(ctx)
		for i, url := range urls {
			g.Go(func() error {
				return visit(ctx, url)
			})
			queued(i + 1)
		}
		return g.Wait()
	}
	detect.Fix(t, func() {
		assert.Equal(t, []string{"a", "b", "c"}, visited(t, ownVariable))
	})
}

// In its plain form, with g.Go as the loop's last statement, vet sees it.
func TestSharedVariable_vet(t *testing.T) {
	t.Parallel()
	refused.Vet(t, "testdata/loopvar")
}
