package propagation

import (
	"context"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connectinprocess"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"example.com/goguide/detect/memnet"
	"example.com/goguide/grpc/internal/inmemory"
	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const trace = "4bf92f3577b34da6a3ce929d0e0e4736"

// sent is what a caller sends.
var sent = map[string]string{
	"traceparent":     "00-" + trace + "-00f067aa0ba902b7-01",
	"baggage":         "plan=gold,spy=" + strings.Repeat("x", 4000),
	"authorization":   "Bearer hunter2",
	"accept-language": "de",
	"x-other":         "1",
}

// A handler is a method of the service.
type handler struct {
	userv1.UnimplementedUserServiceServer
	do func(ctx context.Context) error
}

func (h handler) GetUser(ctx context.Context, _ *userv1.GetUserRequest) (*userv1.User, error) {
	return new(userv1.User), h.do(ctx)
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

func byConnect(do func(context.Context) error, server []connect.ServerInterceptor, client ...connect.ClientInterceptor) userv1connect.UserServiceClient {
	rpc := connect.NewServer(server...)
	userv1connect.RegisterUserServiceHandler(rpc, connectHandler{handler: handler{do: do}})
	return userv1connect.NewUserServiceClient(connect.NewClient(connectinprocess.New(rpc), client...))
}

func byGRPC(t *testing.T, do func(context.Context) error, server []grpc.ServerOption, client ...grpc.DialOption) (userv1.UserServiceClient, func()) {
	l := memnet.Listen()
	s := grpc.NewServer(server...)
	userv1.RegisterUserServiceServer(s, handler{do: do})
	wait := inmemory.Serve(s, l)
	conn := inmemory.Dial(l, client...)
	return userv1.NewUserServiceClient(conn), func() {
		assert.NoError(t, conn.Close())
		s.GracefulStop()
		assert.NoError(t, wait())
	}
}

// seen is what came to the last server.
type seen struct {
	metadata map[string]string
	deadline bool
}

func (s *seen) byConnect(ctx context.Context) error {
	s.metadata = make(map[string]string)
	info, _ := connect.CallInfoForServerContext(ctx)
	for name, values := range info.RequestHeader().All() {
		s.metadata[strings.ToLower(name)] = strings.Join(values, "|")
	}
	_, s.deadline = ctx.Deadline()
	return nil
}

func (s *seen) byGRPC(ctx context.Context) error {
	s.metadata = make(map[string]string)
	md, _ := metadata.FromIncomingContext(ctx)
	for name, values := range md {
		s.metadata[name] = strings.Join(values, "|")
	}
	_, s.deadline = ctx.Deadline()
	return nil
}

// throughConnect calls a server whose handler calls another one, and returns what
// came there.
func throughConnect(t *testing.T, server []connect.ServerInterceptor, client []connect.ClientInterceptor,
	call func(ctx context.Context, behind userv1connect.UserServiceClient) error,
) (last seen) {
	behind := byConnect(last.byConnect, nil, client...)
	front := byConnect(func(ctx context.Context) error { return call(ctx, behind) }, server)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ctx, info := connect.NewClientContext(ctx)
	for name, value := range sent {
		info.RequestHeader().Set(name, value)
	}
	_, err := front.GetUser(ctx, new(userv1.GetUserRequest))
	require.NoError(t, err)
	require.NotNil(t, last.metadata, "the handler did not call")
	return last
}

// throughGRPC is the same by grpc-go.
func throughGRPC(t *testing.T, server []grpc.ServerOption, client []grpc.DialOption,
	outgoing func(ctx context.Context) context.Context,
) (last seen) {
	behind, stopBehind := byGRPC(t, last.byGRPC, nil, client...)
	defer stopBehind()
	front, stopFront := byGRPC(t, func(ctx context.Context) error {
		_, err := behind.GetUser(outgoing(ctx), new(userv1.GetUserRequest))
		return err
	}, server)
	defer stopFront()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err := front.GetUser(metadata.NewOutgoingContext(ctx, metadata.New(sent)), new(userv1.GetUserRequest))
	require.NoError(t, err)
	require.NotNil(t, last.metadata, "the handler did not call")
	return last
}

func itself(ctx context.Context) context.Context { return ctx }

func get(ctx context.Context, behind userv1connect.UserServiceClient) error {
	_, err := behind.GetUser(ctx, new(userv1.GetUserRequest))
	return err
}

// policy passes the language and the plan on.
func policy(t *testing.T) Policy {
	p, err := New([]string{"Accept-Language"}, []string{"plan"})
	require.NoError(t, err)
	return p
}
