package deadline

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	"example.com/goguide/detect"
	"example.com/goguide/grpc/internal/inmemory"
	userv1 "example.com/goguide/grpc/proto/user/v1"
)

// worked returns for how long the last hop worked for a caller who left after a
// second.
func worked(t *testing.T, l library) (last time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan time.Duration, 1)
		start := time.Now()
		c := l(func(ctx context.Context, _ string) (*userv1.User, error) {
			<-ctx.Done()
			ended <- time.Since(start)
			return nil, ctx.Err()
		})
		defer c.Close()
		front := byGRPC()(c.Get)
		defer front.Close()
		ctx, cancel := within(time.Second)
		defer cancel()
		_, err := front.Get(ctx, "7")
		assert.Equal(t, codes.DeadlineExceeded, inmemory.Code(err))
		assert.Equal(t, time.Second, time.Since(start))
		last = <-ended
	})
	return last
}

func TestBugs_workForNobody(t *testing.T) {
	t.Parallel()
	for name, l := range map[string]library{
		"grpc":    byGRPC(FreshTimeout(time.Minute)),
		"connect": byConnect(CutOff(time.Minute)),
	} {
		assert.Equal(t, time.Minute, worked(t, l), name)
	}
	limit := Budget{Limit: time.Minute}
	assert.Equal(t, time.Second, worked(t, byGRPC(limit.GRPC)))
	assert.Equal(t, time.Second, worked(t, byConnect(limit.Connect)))
}

// left calls the chain with ten seconds, and returns what the last hop has left.
func left(t *testing.T, l library) (d time.Duration) {
	first, stop := chain(l, func(context.Context, string) (*userv1.User, error) { return ann, nil },
		func(left time.Duration) { d = left })
	defer stop()
	ctx, cancel := within(10 * time.Second)
	defer cancel()
	_, err := first(ctx, "7")
	require.NoError(t, err)
	return d
}

func TestFreshTimeout(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		assert.Greater(t, left(t, byGRPC(FreshTimeout(time.Minute))), 30*time.Second)
	})
}

// The near-miss: a fresh timeout that is shorter than what the caller has left
// shrinks, and still does not end when the caller leaves.
func TestFreshTimeout_short(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.LessOrEqual(t, left(t, byGRPC(FreshTimeout(5*time.Second))), 5*time.Second)
	})
}

func TestBudget_GRPC(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.Less(t, left(t, byGRPC(Budget{Reserve: time.Millisecond, Limit: time.Minute}.GRPC)), 10*time.Second)
	})
}

func TestCutOff(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		assert.Greater(t, left(t, byConnect(CutOff(time.Minute))), 30*time.Second)
	})
}

func TestBudget_Connect(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.Less(t, left(t, byConnect(Budget{Reserve: time.Millisecond, Limit: time.Minute}.Connect)), 10*time.Second)
	})
}
