package breaker

import (
	"context"
	"testing"

	"connectrpc.com/connect/v2"
	"github.com/sony/gobreaker/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	"example.com/goguide/detect"
	"example.com/goguide/grpc/internal/inmemory"
	"example.com/goguide/grpc/users"
)

// mistaken asks n times for what is not there, and then for what is.
func mistaken(t *testing.T, n int, s *server, c inmemory.Client) error {
	s.err = users.ErrNotFound
	for range n {
		_, err := c.Get(t.Context(), "nobody")
		require.Equal(t, codes.NotFound, inmemory.Code(err))
	}
	s.err = nil
	return call(t, 1, c)
}

func TestCountsAll(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		s := new(server)
		c := inmemory.GRPC(s.methods(), nil, grpc.WithUnaryInterceptor(CountsAll()))
		defer c.Close()
		err := mistaken(t, 6, s, c)
		assert.ErrorIs(t, err, gobreaker.ErrOpenState)
		assert.Equal(t, codes.Unknown, inmemory.Code(err), "nor is it UNAVAILABLE")
	})
}

// The near-miss: five mistakes in a row, and then none.
func TestCountsAll_ofFew(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s := new(server)
		c := inmemory.GRPC(s.methods(), nil, grpc.WithUnaryInterceptor(CountsAll()))
		defer c.Close()
		for range 3 {
			assert.NoError(t, mistaken(t, 5, s, c))
		}
	})
}

func TestBreaker_GRPC(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s := new(server)
		c := byGRPC(s.methods(), breaker(t, Default))
		defer c.Close()
		assert.NoError(t, mistaken(t, 100, s, c))
	})
}

func TestAroundNext(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		s := &server{err: down}
		c := inmemory.Connect(s.methods(), nil, AroundNext())
		assert.Equal(t, "down", inmemory.Status(call(t, 100, c)).Message())
		assert.Equal(t, int64(100), s.calls.Load())
	})
}

// The near-miss: what fails before the stream is open is counted.
func TestAroundNext_ofWhatIsRefused(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s := new(server)
		c := inmemory.Connect(s.methods(), nil, AroundNext(), func(connect.ClientFunc) connect.ClientFunc {
			return func(context.Context, connect.Spec) (connect.ClientStream, error) { return nil, down }
		})
		require.ErrorIs(t, call(t, 6, c), down)
		assert.ErrorIs(t, call(t, 1, c), gobreaker.ErrOpenState)
	})
}

func TestBreaker_Connect(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s := &server{err: down}
		c := byConnect(s.methods(), breaker(t, Default))
		assert.ErrorIs(t, call(t, 100, c), gobreaker.ErrOpenState)
		assert.Equal(t, int64(Default.Calls), s.calls.Load())
	})
}
