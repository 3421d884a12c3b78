package logging

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connectinprocess"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"example.com/goguide/detect/logbook"
	"example.com/goguide/detect/memnet"
	"example.com/goguide/grpc/internal/inmemory"
	"example.com/goguide/grpc/internal/told"
	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
	"example.com/goguide/grpc/requestid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A book is a log that tests read.
type book struct{ logbook.Book }

// lines returns what was logged, without the time.
func (b *book) lines(t *testing.T) (all []map[string]any) {
	for line := range bytes.Lines([]byte(b.String())) {
		var m map[string]any
		require.NoError(t, json.Unmarshal(line, &m))
		delete(m, "time")
		all = append(all, m)
	}
	return all
}

// A handler does as the test says.
type handler struct {
	userv1.UnimplementedUserServiceServer
	do func(ctx context.Context) error
}

func (h handler) GetUser(ctx context.Context, r *userv1.GetUserRequest) (*userv1.User, error) {
	return &userv1.User{Id: r.GetId()}, h.do(ctx)
}

func (h handler) ListUsers(_ *userv1.ListUsersRequest, s userv1.UserService_ListUsersServer) error {
	return h.do(s.Context())
}

type connectHandler struct {
	userv1connect.UnimplementedUserServiceHandler
	handler
}

func (c connectHandler) GetUser(ctx context.Context, r *userv1.GetUserRequest) (*userv1.User, error) {
	return c.handler.GetUser(ctx, r)
}

func (c connectHandler) ListUsers(ctx context.Context, _ *userv1.ListUsersRequest, _ userv1connect.UserServiceListUsersServerStream) error {
	return c.do(ctx)
}

// A caller calls GetUser, or ListUsers, once, ends the server, and returns the code
// that it was told.
type caller func(ctx context.Context, t *testing.T, do func(context.Context) error, stream bool) codes.Code

func byConnect(log *slog.Logger) caller {
	return func(ctx context.Context, t *testing.T, do func(context.Context) error, stream bool) codes.Code {
		rpc := connect.NewServer(requestid.ConnectServer(), Connect(log))
		userv1connect.RegisterUserServiceHandler(rpc, connectHandler{handler: handler{do: do}})
		ctx, info := connect.NewClientContext(ctx)
		info.RequestHeader().Set(requestid.Header, "9f-1")
		c := userv1connect.NewUserServiceClient(connect.NewClient(connectinprocess.New(rpc)))
		if !stream {
			_, err := c.GetUser(ctx, &userv1.GetUserRequest{Id: "7"})
			return told.Connect(unmarked(err))
		}
		s, err := c.ListUsers(ctx, new(userv1.ListUsersRequest))
		require.NoError(t, err)
		_, err = s.Receive()
		return told.Connect(unmarked(err))
	}
}

// unmarked is a client's error as if it were the server's own.
func unmarked(err error) error {
	if e, ok := errors.AsType[*connect.Error](err); ok {
		return connect.NewError(e.Code(), e.Message())
	}
	return err
}

func byGRPC(server ...grpc.ServerOption) caller {
	return func(ctx context.Context, t *testing.T, do func(context.Context) error, stream bool) codes.Code {
		l := memnet.Listen()
		s := grpc.NewServer(server...)
		userv1.RegisterUserServiceServer(s, handler{do: do})
		wait := inmemory.Serve(s, l)
		conn := inmemory.Dial(l)
		var err error
		ctx = metadata.AppendToOutgoingContext(ctx, requestid.Header, "9f-1", "authorization", "Bearer hunter2")
		if stream {
			s, serr := userv1.NewUserServiceClient(conn).ListUsers(ctx, new(userv1.ListUsersRequest))
			require.NoError(t, serr)
			_, err = s.Recv()
		} else {
			_, err = userv1.NewUserServiceClient(conn).GetUser(ctx, &userv1.GetUserRequest{Id: "ann@example.com"})
		}
		assert.NoError(t, conn.Close())
		s.GracefulStop() // with what its interceptors still have to do
		assert.NoError(t, wait())
		return status.Code(err)
	}
}

func correctGRPC(log *slog.Logger) caller {
	return byGRPC(append(requestid.GRPCServer(), GRPC(log)...)...)
}

// libraries log into a book.
var libraries = map[string]func(*slog.Logger) caller{"connect": byConnect, "grpc-go": correctGRPC}

func returns(err error) func(context.Context) error {
	return func(context.Context) error { return err }
}

// unary logs by an interceptor of grpc-go.
func unary(i grpc.UnaryServerInterceptor) caller { return byGRPC(grpc.ChainUnaryInterceptor(i)) }
