package inmemory

import (
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"example.com/goguide/detect/memnet"
	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/users"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Both libraries tell the same of the same.
func TestBoth(t *testing.T) {
	t.Parallel()
	var fails error
	m := Methods{
		Get: func(_ context.Context, id string) (*userv1.User, error) {
			return &userv1.User{Id: id}, fails
		},
		Create: func(_ context.Context, name string) (*userv1.User, error) {
			return &userv1.User{Name: name}, fails
		},
	}
	for name, serve := range map[string]func() Client{
		"connect": func() Client { return Connect(m, nil) },
		"grpc":    func() Client { return GRPC(m, nil) },
		"http":    func() Client { return ConnectHTTP(m, nil, nil) },
	} {
		synctest.Test(t, func(t *testing.T) {
			c := serve()
			defer c.Close()
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			fails = nil
			u, err := c.Get(ctx, "7")
			require.NoError(t, err, name)
			assert.Equal(t, "7", u.GetId(), name)
			u, err = c.Create(ctx, "Ann")
			require.NoError(t, err, name)
			assert.Equal(t, "Ann", u.GetName(), name)
			assert.Equal(t, codes.OK, Code(nil))

			for err, want := range map[error]codes.Code{
				users.ErrUnavailable:                       codes.Unavailable,
				errors.New("disk full"):                    codes.Internal,
				status.Error(codes.FailedPrecondition, ""): codes.FailedPrecondition,
			} {
				fails = err
				_, err := c.Get(ctx, "7")
				assert.Equal(t, want, Code(err), name)
				_, err = c.Create(ctx, "Ann")
				assert.Equal(t, want, Code(err), name)
			}

			fails = users.ErrUnavailable
			_, err = c.Get(ctx, "7")
			assert.Equal(t, "the store does not answer", Status(err).Message(), name)
			require.Len(t, Status(err).Details(), 1, name)
			info, ok := Status(err).Details()[0].(*errdetails.RetryInfo)
			require.True(t, ok, name)
			assert.Equal(t, users.RetryAfter, info.GetRetryDelay().AsDuration(), name)
		})
	}
}

// Whether its goroutine begins before or after the stop.
func TestServe_thatIsStopped(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(){"before": func() {}, "after": synctest.Wait} {
		synctest.Test(t, func(t *testing.T) {
			s := grpc.NewServer()
			wait := Serve(s, memnet.Listen())
			begin()
			s.Stop()
			assert.NoError(t, wait(), name)
		})
	}
	s := grpc.NewServer()
	s.Stop()
	l := memnet.Listen()
	require.NoError(t, Serve(s, l)())
	_, err := l.Dial(t.Context(), "", "")
	assert.ErrorIs(t, err, net.ErrClosed)
}
