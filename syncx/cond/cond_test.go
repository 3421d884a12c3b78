package cond

import (
	"context"
	"errors"
	"runtime"
	"strings"
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

var errSlow = errors.New("too slow")

// Two workers wait when one job comes. Add cannot have the lock before both
// have left it to Wait.
func TestJobs_Take(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var waiting, workers sync.WaitGroup
		waiting.Add(2)
		j := NewJobs(waiting.Done)
		for range 2 {
			workers.Go(func() { assert.Equal(t, "a", j.Take()) })
		}
		waiting.Wait()
		j.Add("a")
		workers.Wait()
	})
}

// The near-miss: a job for each who waits.
func TestJobs_Take_enough(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var waiting, workers sync.WaitGroup
		waiting.Add(2)
		j := NewJobs(waiting.Done)
		took := make([]string, 2)
		for i := range took {
			workers.Go(func() { took[i] = j.Take() })
		}
		waiting.Wait()
		j.Add("a", "b")
		workers.Wait()
		assert.ElementsMatch(t, []string{"a", "b"}, took)
	})
}

func TestMigration_Wait(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		m := NewMigration(func() {})
		m.End()
		m.Wait()
		assert.Fail(t, "it returned")
	})
}

// The near-miss: all wait before the end.
func TestMigration_Wait_before(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var waiting, requests sync.WaitGroup
		waiting.Add(3)
		m := NewMigration(waiting.Done)
		for range 3 {
			requests.Go(m.Wait)
		}
		waiting.Wait()
		m.End()
		requests.Wait()
	})
}

func TestService_Ready(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var s *Service
		s = NewService(func() { s.Ready() }) // or another goroutine, just then
		s.Wait()
		assert.Fail(t, "it returned")
	})
}

// The near-miss: who finds the flag set does not wait.
func TestService_Ready_before(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s := NewService(func() {})
		s.Ready()
		s.Wait()
	})
}

func TestBudget_Release(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		waiting := make(chan struct{}, 3)
		b := NewBudget(0, func() { waiting <- struct{}{} })
		go b.Acquire(9) // waits first, and is the first to be woken
		<-waiting
		var small sync.WaitGroup
		small.Go(func() { b.Acquire(1) })
		<-waiting
		b.Release(1)
		small.Wait()
		assert.Fail(t, "it returned")
	})
}

// The near-miss: all want the same, and one of them is enough.
func TestBudget_Release_theSame(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var waiting, uploads sync.WaitGroup
		waiting.Add(3)
		b := NewBudget(0, waiting.Done)
		for range 3 {
			uploads.Go(func() { b.Acquire(1) })
		}
		waiting.Wait()
		for range 3 {
			b.Release(1)
		}
		uploads.Wait()
		assert.Zero(t, b.free)
	})
}

func TestBuffer_keepsOrderAndGivesAllAtOnce(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx := t.Context()
		b := NewBuffer(3)
		for _, line := range []string{"a", "b", "c"} {
			require.NoError(t, b.Put(ctx, line))
		}
		lines, err := b.Take(ctx)
		require.NoError(t, err)
		assert.Equal(t, []string{"a", "b", "c"}, lines)
		require.NoError(t, b.Put(ctx, "def"), "there is room again")
		assert.ErrorIs(t, b.Put(ctx, "ghij"), ErrTooLong)
		lines, err = b.Take(ctx)
		require.NoError(t, err)
		assert.Equal(t, []string{"def"}, lines)
	})
}

func TestBuffer_losesNothing(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		const writers, each = 4, 25
		ctx := t.Context()
		b := NewBuffer(5)
		var put, taken sync.WaitGroup
		for w := range writers {
			put.Go(func() {
				for range each {
					assert.NoError(t, b.Put(ctx, strings.Repeat("x", w+1)))
				}
			})
		}
		counts := make([][writers + 1]int, 2)
		for i := range counts {
			taken.Go(func() {
				for {
					lines, err := b.Take(ctx)
					if err != nil {
						assert.ErrorIs(t, err, ErrClosed)
						return
					}
					assert.LessOrEqual(t, len(strings.Join(lines, "")), 5)
					for _, line := range lines {
						counts[i][len(line)]++
					}
				}
			})
		}
		put.Wait()
		b.Close()
		taken.Wait()
		for w := range writers {
			assert.Equal(t, each, counts[0][w+1]+counts[1][w+1])
		}
	})
}

// Signal would wake the first, and then the second, for whom there is no room.
func TestBuffer_wakesAllForWhomThereIsRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		b := NewBuffer(10)
		require.NoError(t, b.Put(ctx, "0123456789"))
		for _, line := range []string{"aaaaa", "nine long", "bbbbb"} {
			go func() { assert.NoError(t, b.Put(ctx, line)) }()
			synctest.Wait()
		}
		_, err := b.Take(ctx)
		require.NoError(t, err)
		synctest.Wait()
		some, err := b.Take(ctx)
		require.NoError(t, err)
		assert.GreaterOrEqual(t, len(strings.Join(some, "")), 9, "as many as there is room for")
		synctest.Wait()
		rest, err := b.Take(ctx)
		require.NoError(t, err)
		assert.ElementsMatch(t, []string{"aaaaa", "nine long", "bbbbb"}, append(some, rest...))
	})
}

func TestBuffer_endsAWaitWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errSlow)
		defer cancel()
		start := time.Now()
		b := NewBuffer(1)
		_, err := b.Take(ctx)
		require.ErrorIs(t, err, errSlow)
		assert.Equal(t, time.Second, time.Since(start))
		require.NoError(t, b.Put(ctx, "a"), "there is room: no wait")
		require.ErrorIs(t, b.Put(ctx, "b"), errSlow)
		lines, err := b.Take(ctx)
		require.NoError(t, err, "there is a line: no wait")
		assert.Equal(t, []string{"a"}, lines)
	})
}

// One of two leaves, and the line is for the other.
func TestBuffer_leavesTheLineToWhoStays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := NewBuffer(1)
		ctx, cancel := context.WithCancelCause(t.Context())
		var stays, leaves sync.WaitGroup
		stays.Go(func() {
			lines, err := b.Take(t.Context())
			assert.NoError(t, err)
			assert.Equal(t, []string{"a"}, lines)
		})
		synctest.Wait()
		leaves.Go(func() {
			_, err := b.Take(ctx)
			assert.ErrorIs(t, err, errSlow)
		})
		synctest.Wait()
		cancel(errSlow)
		leaves.Wait()
		require.NoError(t, b.Put(t.Context(), "a"))
		stays.Wait()
	})
}

type parent interface{ context.Context }

// endsLate is a ctx that ends just after it was asked whether it has.
type endsLate struct {
	parent
	end context.CancelCauseFunc
}

func (c endsLate) Err() error {
	err := c.parent.Err()
	if err == nil {
		c.end(errSlow)
		for range 100 {
			runtime.Gosched() // the AfterFunc runs as far as it can
		}
	}
	return err
}

func TestBuffer_noticesAContextThatEndsBeforeWait(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, end := context.WithCancelCause(t.Context())
		_, err := NewBuffer(1).Take(endsLate{ctx, end})
		assert.ErrorIs(t, err, errSlow)
	})
}

func TestBuffer_isClosedForAllWhoWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		full, empty := NewBuffer(1), NewBuffer(1)
		require.NoError(t, full.Put(ctx, "a"))
		var waiting sync.WaitGroup
		for range 2 {
			waiting.Go(func() { assert.ErrorIs(t, full.Put(ctx, "b"), ErrClosed) })
			waiting.Go(func() {
				_, err := empty.Take(ctx)
				assert.ErrorIs(t, err, ErrClosed)
			})
		}
		synctest.Wait()
		full.Close()
		empty.Close()
		waiting.Wait()
		lines, err := full.Take(ctx)
		require.NoError(t, err)
		assert.Equal(t, []string{"a"}, lines, "the rest")
		_, err = full.Take(ctx)
		require.ErrorIs(t, err, ErrClosed)
		require.ErrorIs(t, empty.Put(ctx, "b"), ErrClosed)
		full.Close()
	})
}
