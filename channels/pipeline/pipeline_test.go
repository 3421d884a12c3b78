package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"golang.org/x/sync/errgroup"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errBad = errors.New("bad gateway")

func numbers(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func double(_ context.Context, i int) (int, error) { return 2 * i, nil }

// chain is two stages over 0 to n-1, of which the second calls f.
func chain(
	ctx context.Context,
	g *errgroup.Group,
	n int,
	f func(context.Context, int) (int, error),
) <-chan int {
	return Map(ctx, g, Map(ctx, g, Source(ctx, g, slices.Values(numbers(n))), double), f)
}

// The whole result or an error.
func ExampleMap() {
	fetch := func(_ context.Context, url string) (string, error) {
		if url == "/missing" {
			return "", fmt.Errorf("%s: not found", url)
		}
		return "<title>page of " + url + "</title>", nil
	}
	title := func(_ context.Context, page string) (string, error) {
		return strings.TrimSuffix(strings.TrimPrefix(page, "<title>"), "</title>"), nil
	}
	titles := func(ctx context.Context, urls ...string) ([]string, error) {
		g, ctx := errgroup.WithContext(ctx)
		pages := Map(ctx, g, Source(ctx, g, slices.Values(urls)), fetch)
		var all []string
		for t := range Map(ctx, g, pages, title) {
			all = append(all, t)
		}
		if err := g.Wait(); err != nil {
			return nil, err
		}
		return all, nil
	}
	fmt.Println(titles(context.Background(), "/a", "/b"))
	fmt.Println(titles(context.Background(), "/a", "/missing", "/b"))
	// Output:
	// [page of /a page of /b] <nil>
	// [] /missing: not found
}

// A consumer that has what it wants cancels, and waits all the same.
func ExampleMap_leaveEarly() {
	firstAbove := func(ctx context.Context, limit int) (found int, err error) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		g, ctx := errgroup.WithContext(ctx)
		for v := range chain(ctx, g, 1_000_000, double) {
			if v > limit {
				cancel()
				_ = g.Wait() // says that it was cancelled, which we know
				return v, nil
			}
		}
		return 0, g.Wait()
	}
	fmt.Println(firstAbove(context.Background(), 10))
	// Output: 12 <nil>
}

func TestMap_sendsEveryResultOnceInOrder(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 20} {
		t.Run(fmt.Sprintf("%d values", n), func(t *testing.T) {
			t.Parallel()
			detect.Fix(t, func() {
				g, ctx := errgroup.WithContext(t.Context())
				var got []int
				for v := range chain(ctx, g, n, double) {
					got = append(got, v)
				}
				require.NoError(t, g.Wait())
				require.Len(t, got, n)
				for i, v := range got {
					assert.Equal(t, 4*i, v)
				}
			})
		})
	}
}

// The consumer leaves after k values, for every k. A stage left behind fails
// synctest.Test.
func TestMap_endsWhenTheConsumerLeaves(t *testing.T) {
	t.Parallel()
	const n = 6
	for k := range n + 1 {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			g, ctx := errgroup.WithContext(ctx)
			out := chain(ctx, g, n, double)
			for i := range k {
				assert.Equal(t, 4*i, <-out)
			}
			synctest.Wait() // every stage is blocked, or over
			cancel()
			err := g.Wait()
			if k < n {
				assert.ErrorIs(t, err, context.Canceled)
			} else {
				assert.NoError(t, err, "all values came before")
			}
			_, open := <-out
			assert.False(t, open)
		})
	}
}

// A failure in the middle ends the stages above and below it and is what Wait
// returns. The values before it may have come, the ones after it have not.
func TestMap_endsAllStagesWithTheFirstError(t *testing.T) {
	t.Parallel()
	const n = 6
	for k := range n {
		synctest.Test(t, func(t *testing.T) {
			g, ctx := errgroup.WithContext(t.Context())
			failing := Map(ctx, g, Source(ctx, g, slices.Values(numbers(n))), func(_ context.Context, i int) (int, error) {
				if i == k {
					return 0, fmt.Errorf("value %d: %w", i, errBad)
				}
				return i, nil
			})
			next := 0
			for v := range Map(ctx, g, failing, double) {
				assert.Equal(t, 2*next, v)
				next++
			}
			assert.LessOrEqual(t, next, k)
			require.ErrorIs(t, g.Wait(), errBad)
		})
	}
}

// A stage that waits inside f is told by its ctx, and what it then returns
// does not hide the first error.
func TestMap_cancelsTheContextOfF(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		g, ctx := errgroup.WithContext(t.Context())
		waiting := make(chan struct{})
		out := chain(ctx, g, 1, func(ctx context.Context, _ int) (int, error) {
			close(waiting)
			<-ctx.Done()
			return 0, ctx.Err()
		})
		g.Go(func() error {
			<-waiting
			return errBad
		})
		for range out {
			assert.Fail(t, "a result after the failure")
		}
		assert.ErrorIs(t, g.Wait(), errBad)
	})
}

func TestMap_endsWhileItsInputIsSilent(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		g, ctx := errgroup.WithContext(ctx)
		_, open := <-Map(ctx, g, make(chan int), double)
		assert.False(t, open)
		assert.ErrorIs(t, g.Wait(), context.DeadlineExceeded)
	})
}

// An input that was closed because ctx ended is not complete. Both are ready:
// often enough to see select choose either.
func TestMap_doesNotTakeACancelledInputForAComplete(t *testing.T) {
	t.Parallel()
	for range 50 {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		g, ctx := errgroup.WithContext(ctx)
		in := make(chan int)
		close(in)
		_, open := <-Map(ctx, g, in, double)
		require.False(t, open)
		require.ErrorIs(t, g.Wait(), context.Canceled)
	}
}

func TestMap_startsNoCallAfterCancel(t *testing.T) {
	t.Parallel()
	for range 50 {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		g, ctx := errgroup.WithContext(ctx)
		in := make(chan int, 1)
		in <- 1
		<-Map(ctx, g, in, func(context.Context, int) (int, error) {
			assert.Fail(t, "called")
			return 0, nil
		})
		require.Error(t, g.Wait())
	}
}

// With nobody to receive, each stage holds one value, and the source is asked
// for no more.
func TestMap_isSlowedByItsConsumer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, ctx := errgroup.WithContext(t.Context())
		asked := 0
		source := Source(ctx, g, func(yield func(int) bool) {
			for yield(asked) {
				if asked++; asked == 9 {
					return
				}
			}
		})
		out := Map(ctx, g, Map(ctx, g, source, double), double)
		for i := range 9 {
			time.Sleep(time.Hour)
			synctest.Wait()
			assert.Equal(t, min(i+2, 9), asked, "two stages hold one value each, the source the next")
			assert.Equal(t, 4*i, <-out)
		}
		require.NoError(t, g.Wait())
	})
}

func TestSource_endsItsIterator(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		g, ctx := errgroup.WithContext(ctx)
		ended := false
		out := Source(ctx, g, func(yield func(int) bool) {
			defer func() { ended = true }()
			for yield(1) { // until it is told
			}
		})
		<-out
		cancel()
		require.ErrorIs(t, g.Wait(), context.Canceled)
		assert.True(t, ended)
	})
}

func TestFirstMatch(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		page := FirstMatch([]string{"a", "b", "c", "d"}, strings.ToUpper, func(p string) bool { return p == "A" })
		assert.Equal(t, "A", page)
	})
}

// The near-miss: the last page matches, or none. Then all has been sent.
func TestFirstMatch_none(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		page := FirstMatch([]string{"a", "b", "c", "d"}, strings.ToUpper, func(string) bool { return false })
		assert.Empty(t, page)
	})
}

func TestImportRows(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		assert.Equal(t, 10, ImportRows([]string{"10", "2o", "30"}), "of 60")
	})
}

// The near-miss: without a bad row the sum is right.
func TestImportRows_withoutABadRow(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.Equal(t, 60, ImportRows([]string{"10", "20", "30"}))
	})
}

func TestLimitedStages(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		err := LimitedStages([]string{"a", "b"}, strings.ToUpper, func(string) {})
		assert.Fail(t, "has returned", err)
	})
}

// The near-miss: one image frees the source's place, and the third stage gets
// it.
func TestLimitedStages_oneImage(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		stored := ""
		err := LimitedStages([]string{"a"}, strings.ToUpper, func(image string) { stored = image })
		require.NoError(t, err)
		assert.Equal(t, "A", stored)
	})
}
