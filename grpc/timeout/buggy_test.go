package timeout

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"connectrpc.com/connect/v2"
	"github.com/stretchr/testify/assert"
	"google.golang.org/grpc/codes"

	"example.com/goguide/detect"
	"example.com/goguide/grpc/internal/inmemory"
	userv1 "example.com/goguide/grpc/proto/user/v1"
)

func TestIgnoresCtx(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		c := byConnect(IgnoresCtx(make(chan struct{}), found), limits(t, time.Millisecond, time.Millisecond))
		_, _ = c.Get(t.Context(), "7")
	})
}

// Over a network its caller is told in time, and the handler stays.
func TestIgnoresCtx_stays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		caughtUp, ended := make(chan struct{}), make(chan struct{})
		wait := IgnoresCtx(caughtUp, found)
		c := byGRPC(func(ctx context.Context, id string) (*userv1.User, error) {
			defer close(ended)
			return wait(ctx, id)
		}, limits(t, time.Second, time.Minute))
		defer c.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		start := time.Now()
		_, err := c.Get(ctx, "7")
		assert.Equal(t, codes.DeadlineExceeded, inmemory.Code(err))
		assert.Equal(t, 10*time.Second, time.Since(start), "by its own deadline: the server said nothing after one second")
		time.Sleep(time.Hour)
		select {
		case <-ended:
			t.Error("the handler ended")
		default:
		}
		close(caughtUp)
		<-ended
	})
}

// The near-miss: what does not take long needs no ctx.
func TestIgnoresCtx_forNoTime(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		caughtUp := make(chan struct{})
		close(caughtUp)
		c := byConnect(IgnoresCtx(caughtUp, found), limits(t, time.Minute, time.Minute))
		_, err := c.Get(t.Context(), "7")
		assert.NoError(t, err)
	})
}

func TestLimits_GRPC(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		c := byGRPC(patient, limits(t, time.Millisecond, time.Millisecond))
		defer c.Close()
		_, err := c.Get(t.Context(), "7")
		assert.Equal(t, codes.DeadlineExceeded, inmemory.Code(err))
	})
}

// A late handler works on a little when its time is up, and writes a header. It
// returns when it is told to, so that the interceptor cannot have its answer.
func late(leave <-chan struct{}, left chan<- struct{}) Get {
	return func(ctx context.Context, _ string) (*userv1.User, error) {
		defer close(left)
		<-ctx.Done()
		if info, ok := connect.CallInfoForServerContext(ctx); ok {
			info.ResponseHeader().Set("X-Rows", "7")
		}
		<-leave
		return nil, ctx.Err()
	}
}

func TestAnswersFirst(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		leave, left := make(chan struct{}), make(chan struct{})
		c := inmemory.Connect(inmemory.Methods{Get: late(leave, left)},
			[]connect.ServerInterceptor{AnswersFirst(time.Millisecond)})
		_, err := c.Get(t.Context(), "7")
		assert.Equal(t, codes.DeadlineExceeded, inmemory.Code(err))
		close(leave)
		<-left
	})
}

// The libraries recover a panic on the goroutine on which they call.
func TestAnswersFirst_endsTheProcess(t *testing.T) {
	t.Parallel()
	panics := func(context.Context, string) (*userv1.User, error) { panic("boom") }
	r := detect.Run(t, detect.Panic, func() {
		c := inmemory.Connect(inmemory.Methods{Get: panics}, []connect.ServerInterceptor{AnswersFirst(time.Minute)})
		_, _ = c.Get(t.Context(), "7")
	})
	assert.Equal(t, detect.Caught, r.State, r.Text)
	_, err := byConnect(panics, limits(t, time.Minute, time.Minute)).Get(t.Context(), "7")
	assert.Equal(t, codes.Internal, inmemory.Code(err))
}

// The near-miss: a handler that looks at its ctx has nothing to write any more.
// Nor does it need the interceptor.
func TestAnswersFirst_ofAHandlerThatEnds(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		c := inmemory.Connect(inmemory.Methods{Get: patient},
			[]connect.ServerInterceptor{AnswersFirst(time.Millisecond)})
		_, err := c.Get(t.Context(), "7")
		assert.Equal(t, codes.DeadlineExceeded, inmemory.Code(err))
	})
}

func TestLimits_Connect(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		leave, left := make(chan struct{}), make(chan struct{})
		close(leave)
		c := byConnect(late(leave, left), limits(t, time.Millisecond, time.Millisecond))
		_, err := c.Get(t.Context(), "7")
		assert.Equal(t, codes.DeadlineExceeded, inmemory.Code(err))
		<-left
	})
}
