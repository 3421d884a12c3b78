package requestid

import (
	"context"
	"strings"
	"testing"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connectinprocess"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/grpc"

	"example.com/goguide/detect/memnet"
	"example.com/goguide/grpc/internal/inmemory"
	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var anyone = &userv1.GetUserRequest{Id: "7"}

// A handler does as the test says. Its user's name is the id that it has seen.
type handler struct {
	userv1.UnimplementedUserServiceServer
	before func(ctx context.Context) error
}

func (h handler) GetUser(ctx context.Context, _ *userv1.GetUserRequest) (*userv1.User, error) {
	if h.before != nil {
		if err := h.before(ctx); err != nil {
			return nil, err
		}
	}
	return &userv1.User{Name: Of(ctx)}, nil
}

func (h handler) ListUsers(_ *userv1.ListUsersRequest, s userv1.UserService_ListUsersServer) error {
	return s.Send(&userv1.User{Name: Of(s.Context())})
}

type connectHandler struct {
	userv1connect.UnimplementedUserServiceHandler
	handler handler
}

func (c connectHandler) GetUser(ctx context.Context, r *userv1.GetUserRequest) (*userv1.User, error) {
	return c.handler.GetUser(ctx, r)
}

func (connectHandler) ListUsers(ctx context.Context, _ *userv1.ListUsersRequest, s userv1connect.UserServiceListUsersServerStream) error {
	return s.Send(&userv1.User{Name: Of(ctx)})
}

// byConnect returns a client of a server of connect-go, within the process.
func byConnect(h handler, server connect.ServerInterceptor, client ...connect.ClientInterceptor) userv1connect.UserServiceClient {
	rpc := connect.NewServer(server)
	userv1connect.RegisterUserServiceHandler(rpc, connectHandler{handler: h})
	return userv1connect.NewUserServiceClient(connect.NewClient(connectinprocess.New(rpc), client...))
}

// byGRPC returns a client of a server of grpc-go, and what ends both.
func byGRPC(t *testing.T, h handler, server []grpc.ServerOption, client ...grpc.DialOption) (userv1.UserServiceClient, func()) {
	l := memnet.Listen()
	s := grpc.NewServer(server...)
	userv1.RegisterUserServiceServer(s, h)
	wait := inmemory.Serve(s, l)
	conn := inmemory.Dial(l, client...)
	return userv1.NewUserServiceClient(conn), func() {
		assert.NoError(t, conn.Close())
		s.Stop()
		assert.NoError(t, wait())
	}
}

// forged is the id of someone who reads logs.
var forged = `7" level=ERROR msg="payment lost` + strings.Repeat("!", 8000)

// calledBy calls by connect-go with an id, and returns the one that the server has
// and the one in the answer.
func calledBy(t *testing.T, given string, server connect.ServerInterceptor) (seen, answered string) {
	ctx, info := connect.NewClientContext(t.Context())
	if given != "" {
		info.RequestHeader().Set(Header, given)
	}
	u, err := byConnect(handler{}, server).GetUser(ctx, anyone)
	require.NoError(t, err)
	return u.GetName(), info.ResponseHeader().Get(Header)
}
