package cancel

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

var (
	errLeft = errors.New("client left")
	errStop = errors.New("server stops")
	errFull = errors.New("disk full")
)

// A node is a ctx and its end.
type node struct {
	context.Context //nolint:containedctx // the value under test
	end             context.CancelCauseFunc
}

func below(parent context.Context) node {
	ctx, end := context.WithCancelCause(parent)
	return node{ctx, end}
}

func TestTree_isCancelledDownwardsOnly(t *testing.T) {
	t.Parallel()
	root := below(t.Context())
	defer root.end(nil)
	left, right := below(root), below(root)
	leaf := below(context.WithValue(left, "any", nil)) //nolint:staticcheck // a value in between changes nothing

	left.end(errLeft)
	for _, ended := range []node{left, leaf} { // already, for left.end has returned
		assert.Equal(t, context.Canceled, ended.Err())
		assert.Equal(t, errLeft, context.Cause(ended))
	}
	for _, alive := range []node{root, right} {
		assert.NoError(t, alive.Err())
		assert.NoError(t, context.Cause(alive))
	}

	late := below(leaf)
	assert.Equal(t, errLeft, context.Cause(late), "born ended")
}

func TestCause_isTheFirstOne(t *testing.T) {
	t.Parallel()
	parent := below(t.Context())
	first, second, third := below(parent), below(parent), below(parent)
	first.end(errLeft)
	first.end(errFull)
	parent.end(errStop)
	parent.end(nil)
	second.end(errLeft)
	assert.Equal(t, errLeft, context.Cause(first), "before its parent")
	assert.Equal(t, errStop, context.Cause(second), "after its parent")
	assert.Equal(t, errStop, context.Cause(third))
	assert.Equal(t, errStop, context.Cause(parent))

	timed, cancelled := context.WithTimeoutCause(t.Context(), -time.Second, errFull)
	cancelled()
	assert.Equal(t, context.DeadlineExceeded, timed.Err(), "before its cancel")
	assert.Equal(t, errFull, context.Cause(timed))
}

func TestEach_stopsAfterEveryNumberOfItems(t *testing.T) {
	t.Parallel()
	items := []int{1, 2, 3, 4}
	for k := range len(items) + 1 {
		ctx := below(t.Context())
		var done []int
		if k == 0 {
			ctx.end(errLeft)
		}
		err := Each(ctx, items, func(item int) error {
			done = append(done, item)
			if item == k {
				ctx.end(errLeft)
			}
			return nil
		})
		assert.ElementsMatch(t, items[:k], done)
		if k == len(items) {
			require.NoError(t, err, "all the work is done")
			continue
		}
		require.ErrorIs(t, err, errLeft)
		assert.ErrorContains(t, err, string(rune('0'+k))+" of 4")
	}
}

func TestEach_endsWithTheFirstError(t *testing.T) {
	t.Parallel()
	n := 0
	err := Each(t.Context(), make([]int, 3), func(int) error { n++; return errFull })
	require.ErrorIs(t, err, errFull)
	assert.ErrorContains(t, err, "item 0")
	assert.Equal(t, 1, n)
	assert.NoError(t, Each(t.Context(), nil, func(int) error { return errFull }))
}

func TestGo_stopCancelsAndWaits(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]func(context.Context) error{
		"Err":   context.Context.Err,
		"Cause": context.Cause,
		"nil":   func(context.Context) error { return nil },
	} {
		t.Run("work returns "+name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ended := false
				stop := Go(t.Context(), func(ctx context.Context) error {
					<-ctx.Done()
					time.Sleep(time.Second) // tidies up
					ended = true
					return err(ctx)
				})
				var both sync.WaitGroup
				for range 2 {
					both.Go(func() {
						assert.NoError(t, stop())
						assert.True(t, ended)
					})
				}
				both.Wait()
				assert.NoError(t, stop(), "again")
			})
		})
	}
}

func TestGo_stopReturnsWhatElseEndedWork(t *testing.T) {
	t.Parallel()
	t.Run("its failure before stop", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			for _, failure := range []error{errFull, context.Canceled, nil} {
				stop := Go(t.Context(), func(context.Context) error { return failure })
				synctest.Wait()
				assert.Equal(t, failure, stop())
			}
		})
	})
	t.Run("its failure while it stops", func(t *testing.T) {
		t.Parallel()
		stop := Go(t.Context(), func(ctx context.Context) error { <-ctx.Done(); return errFull })
		assert.Equal(t, errFull, stop())
	})
	t.Run("the end of the parent", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			parent := below(t.Context())
			stop := Go(parent, func(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) })
			parent.end(errStop)
			assert.Equal(t, errStop, stop())

			parent = below(t.Context())
			stop = Go(parent, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
			parent.end(nil)
			assert.Equal(t, context.Canceled, stop())
		})
	})
}

func TestDeferInLoop(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var before []context.Context
		err := DeferInLoop(t.Context(), []string{"/a", "/b", "/c"}, func(ctx context.Context, _ string) error {
			for _, ctx := range before {
				assert.NoError(t, ctx.Err(), "fetched, and still alive")
			}
			before = append(before, ctx)
			return nil
		})
		require.NoError(t, err)
		assert.Len(t, before, 3)
	})
}

// The near-miss is what to write: the same defer in a function of each turn.
func TestDeferInLoop_inAFunction(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var before []context.Context
		for range 3 {
			func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				for _, ctx := range before {
					assert.Equal(t, context.Canceled, ctx.Err())
				}
				before = append(before, ctx)
			}()
		}
	})
}

func TestDeaf(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		ctx := below(t.Context())
		err := Deaf(ctx, []string{"0/0", "0/1"}, func(tile string) {
			if tile == "0/1" {
				<-time.After(time.Hour) // as long as that takes
			}
			ctx.end(errLeft)
		})
		assert.ErrorIs(t, err, errLeft)
	})
}

// The near-miss: the client waits for the last tile.
func TestDeaf_toNobody(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		n := 0
		err := Deaf(t.Context(), []string{"0/0", "0/1"}, func(string) { n++ })
		require.NoError(t, err)
		assert.Equal(t, 2, n)
	})
}

func TestEach_rendersNothingForNobody(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx := below(t.Context())
		var rendered []string
		stop := Go(ctx, func(ctx context.Context) error {
			return Each(ctx, []string{"0/0", "0/1"}, func(tile string) error {
				rendered = append(rendered, tile)
				return nil
			})
		})
		ctx.end(errLeft)
		if err := stop(); err != nil {
			require.ErrorIs(t, err, errLeft)
			assert.Less(t, len(rendered), 2)
		}
	})
}

func TestNoWait(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		sampling, stopped := make(chan struct{}), make(chan struct{})
		ending := make(chan struct{})
		var once sync.Once
		samples := NoWait(t.Context(), func() {
			<-sampling
			close(ending)
		}, func() int {
			once.Do(func() { close(sampling) })
			<-ending
			return 1
		}, func() { close(stopped) })
		t.Log(len(samples))
		<-stopped
	})
}

// The near-miss: with Go instead of a bare cancel, nothing is read too early.
func TestGo_handsOverWhatItsWorkWrote(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		sampled := make(chan struct{}, 1)
		var samples []int
		stop := Go(t.Context(), func(ctx context.Context) error {
			for ctx.Err() == nil {
				samples = append(samples, 1)
				select {
				case sampled <- struct{}{}:
				default:
				}
			}
			return context.Cause(ctx)
		})
		<-sampled
		require.NoError(t, stop())
		assert.NotEmpty(t, samples)
	})
}
