package metrics

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connectinprocess"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"example.com/goguide/detect/memnet"
	"example.com/goguide/grpc/internal/inmemory"
	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	getUser   = "/user.v1.UserService/GetUser"
	listUsers = "/user.v1.UserService/ListUsers"
)

// A handler does as the test says.
type handler struct {
	userv1.UnimplementedUserServiceServer
	get  func() error
	list func(send func() error) error
}

func (h handler) GetUser(context.Context, *userv1.GetUserRequest) (*userv1.User, error) {
	return new(userv1.User), h.get()
}

func (h handler) ListUsers(_ *userv1.ListUsersRequest, s userv1.UserService_ListUsersServer) error {
	return h.list(func() error { return s.Send(new(userv1.User)) })
}

type connectHandler struct {
	userv1connect.UnimplementedUserServiceHandler
	handler
}

func (c connectHandler) GetUser(ctx context.Context, r *userv1.GetUserRequest) (*userv1.User, error) {
	return c.handler.GetUser(ctx, r)
}

func (c connectHandler) ListUsers(_ context.Context, _ *userv1.ListUsersRequest, s userv1connect.UserServiceListUsersServerStream) error {
	return c.list(func() error { return s.Send(new(userv1.User)) })
}

// A client is what both libraries have; list reads all.
type client struct {
	get  func(id string) codes.Code
	list func() codes.Code
	stop func()
}

func byConnect(_ *testing.T, m *Metrics, h handler) client {
	rpc := connect.NewServer(m.Connect())
	userv1connect.RegisterUserServiceHandler(rpc, connectHandler{handler: h})
	c := userv1connect.NewUserServiceClient(connect.NewClient(connectinprocess.New(rpc)))
	code := func(err error) codes.Code {
		if err == nil || errors.Is(err, io.EOF) {
			return codes.OK
		}
		return codes.Code(connect.CodeOf(err))
	}
	return client{
		func(id string) codes.Code {
			_, err := c.GetUser(context.Background(), &userv1.GetUserRequest{Id: id})
			return code(err)
		},
		func() codes.Code {
			s, err := c.ListUsers(context.Background(), new(userv1.ListUsersRequest))
			for err == nil {
				_, err = s.Receive()
			}
			return code(err)
		},
		func() {},
	}
}

func byGRPC(t *testing.T, m *Metrics, h handler) client { return serve(t, h, m.GRPC()...) }

func serve(t *testing.T, h handler, server ...grpc.ServerOption) client {
	l := memnet.Listen()
	s := grpc.NewServer(server...)
	userv1.RegisterUserServiceServer(s, h)
	wait := inmemory.Serve(s, l)
	conn := inmemory.Dial(l)
	c := userv1.NewUserServiceClient(conn)
	return client{
		func(id string) codes.Code {
			_, err := c.GetUser(context.Background(), &userv1.GetUserRequest{Id: id})
			return status.Code(err)
		},
		func() codes.Code {
			s, err := c.ListUsers(context.Background(), new(userv1.ListUsersRequest))
			for err == nil {
				_, err = s.Recv()
			}
			if errors.Is(err, io.EOF) {
				return codes.OK
			}
			return status.Code(err)
		},
		func() {
			assert.NoError(t, conn.Close())
			s.GracefulStop()
			assert.NoError(t, wait())
		},
	}
}

var libraries = map[string]func(*testing.T, *Metrics, handler) client{"connect": byConnect, "grpc-go": byGRPC}

// series returns the value of each series of a registry, and of a histogram the
// sum and the count.
func series(t *testing.T, r *prometheus.Registry) map[string]float64 {
	families, err := r.Gather()
	require.NoError(t, err)
	all := make(map[string]float64)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			parts := []string{f.GetName()}
			for _, l := range m.GetLabel() {
				parts = append(parts, l.GetValue())
			}
			name := strings.Join(parts, " ")
			if h := m.GetHistogram(); h != nil {
				all[name+" count"] = float64(h.GetSampleCount())
				all[name] = h.GetSampleSum()
				continue
			}
			all[name] = m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	return all
}

// measured returns metrics of the users service.
func measured(t *testing.T) (*prometheus.Registry, *Metrics) {
	r := prometheus.NewRegistry()
	m, err := New(r, userv1.File_user_v1_user_proto)
	require.NoError(t, err)
	return r, m
}

func succeeds() error { return nil }
