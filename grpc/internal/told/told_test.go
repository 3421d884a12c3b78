package told_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"connectrpc.com/connect/v2"
	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"example.com/goguide/grpc/internal/inmemory"
	"example.com/goguide/grpc/internal/told"
	userv1 "example.com/goguide/grpc/proto/user/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// handled are errors as handlers return them.
var handled = []error{
	nil,
	errors.New("disk full"),
	context.Canceled,
	context.DeadlineExceeded,
	fmt.Errorf("finding: %w", context.DeadlineExceeded),
	status.Error(codes.NotFound, ""),
	fmt.Errorf("finding: %w", status.Error(codes.NotFound, "")),
	connect.NewError(connect.CodeNotFound, ""),
	fmt.Errorf("finding: %w", connect.NewError(connect.CodeNotFound, "")),
	connect.NewError(connect.CodeNotFound, "").WithRemote(),
	gone,
}

var gone = told.Error(codes.NotFound, "gone")

func TestError_isTheSameInBoth(t *testing.T) {
	t.Parallel()
	for _, code := range []codes.Code{told.Connect(gone), told.GRPC(gone)} {
		assert.Equal(t, codes.NotFound, code)
	}
	assert.EqualError(t, gone, "gone")
}

// What is told here is what a client hears over HTTP/2.
func TestConnect(t *testing.T) {
	t.Parallel()
	for _, err := range handled {
		heard := ask(inmemory.ConnectHTTP(user, []connect.ServerInterceptor{
			func(next connect.ServerFunc) connect.ServerFunc {
				return func(ctx context.Context, spec connect.Spec, s connect.ServerStream) error {
					if err != nil {
						return err
					}
					return next(ctx, spec, s)
				}
			},
		}, nil))
		assert.Equal(t, heard, told.Connect(err), "%v", err)
	}
}

func TestGRPC(t *testing.T) {
	t.Parallel()
	for _, err := range handled {
		heard := ask(inmemory.GRPC(user, []grpc.ServerOption{grpc.UnaryInterceptor(
			func(ctx context.Context, r any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
				u, _ := next(ctx, r)
				return u, err
			},
		)}))
		assert.Equal(t, heard, told.GRPC(err), "%v", err)
	}
}

var user = inmemory.Methods{Get: func(_ context.Context, id string) (*userv1.User, error) {
	return &userv1.User{Id: id}, nil
}}

// ask returns the code that a client hears.
func ask(c inmemory.Client) codes.Code {
	defer c.Close()
	_, err := c.Get(context.Background(), "7")
	return inmemory.Code(err)
}
