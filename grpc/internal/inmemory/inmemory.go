// Package inmemory serves GetUser and CreateUser by connect-go or by grpc-go,
// without a socket and with whatever interceptors a test brings, so that one
// test says what must hold of both. In a bubble of testing/synctest its clock is
// the bubble's.
//
// connect's transport within the process has no wire: a method runs on its
// caller's goroutine, with its caller's ctx. [ConnectHTTP] and [GRPC] have their
// real one, HTTP/2 over pipes.
package inmemory

import (
	"context"
	"errors"
	"net"
	"slices"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connectinprocess"
	"connectrpc.com/connect/v2/connectproto"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"example.com/goguide/detect/memnet"
	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
	"example.com/goguide/grpc/users"
)

// Methods are what a server does. Their errors are statuses of grpc-go, which
// connect's server is given in its own form, or what [users.StatusOf] knows.
type Methods struct {
	Get    func(ctx context.Context, id string) (*userv1.User, error)
	Create func(ctx context.Context, name string) (*userv1.User, error)
}

// A Client calls a server of Methods. Close ends both.
type Client struct {
	Methods

	Close func()
}

// Connect serves by connect-go.
func Connect(m Methods, server []connect.ServerInterceptor, client ...connect.ClientInterceptor) Client {
	rpc := connect.NewServer(server...)
	userv1connect.RegisterUserServiceHandler(rpc, connectHandler{m: m})
	c := userv1connect.NewUserServiceClient(connect.NewClient(connectinprocess.New(rpc), client...))
	return Client{Methods: ofConnect(c), Close: func() {}}
}

func ofConnect(c userv1connect.UserServiceClient) Methods {
	return Methods{
		Get: func(ctx context.Context, id string) (*userv1.User, error) {
			return c.GetUser(ctx, &userv1.GetUserRequest{Id: id})
		},
		Create: func(ctx context.Context, name string) (*userv1.User, error) {
			return c.CreateUser(ctx, &userv1.CreateUserRequest{Name: name})
		},
	}
}

// GRPC serves by grpc-go.
func GRPC(m Methods, server []grpc.ServerOption, client ...grpc.DialOption) Client {
	s := grpc.NewServer(server...)
	userv1.RegisterUserServiceServer(s, grpcHandler{m: m})
	l := memnet.Listen()
	wait := Serve(s, l)
	conn := Dial(l, client...)
	c := userv1.NewUserServiceClient(conn)
	return Client{
		Methods: Methods{
			Get: func(ctx context.Context, id string) (*userv1.User, error) {
				return c.GetUser(ctx, &userv1.GetUserRequest{Id: id})
			},
			Create: func(ctx context.Context, name string) (*userv1.User, error) {
				return c.CreateUser(ctx, &userv1.CreateUserRequest{Name: name})
			},
		},
		Close: func() {
			_ = conn.Close()
			s.Stop()
			_ = wait()
		},
	}
}

// Serve serves on l, on a goroutine of its own, until the server is stopped.
// The wait for that goroutine returns nil then. A call that fails before there
// is a connection can let a test end before it has begun: a server that was
// stopped first is no error either.
func Serve(s *grpc.Server, l net.Listener) (wait func() error) {
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	return func() error {
		if err := <-served; !errors.Is(err, grpc.ErrServerStopped) {
			return err
		}
		return nil
	}
}

// A Network has what [memnet.Listener] has for clients.
type Network interface {
	Dial(ctx context.Context, network, addr string) (net.Conn, error)
}

// Dial returns a connection of grpc-go to whoever serves on a network.
func Dial(n Network, options ...grpc.DialOption) *grpc.ClientConn {
	conn, err := grpc.NewClient("passthrough:memory", append(slices.Clip(options),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, addr string) (net.Conn, error) {
			return n.Dial(ctx, "", addr)
		}))...)
	if err != nil {
		panic(err) // options that do not go together
	}
	return conn
}

type connectHandler struct {
	userv1connect.UnimplementedUserServiceHandler

	m Methods
}

func (h connectHandler) GetUser(ctx context.Context, r *userv1.GetUserRequest) (*userv1.User, error) {
	u, err := h.m.Get(ctx, r.GetId())
	return u, connectError(err)
}

func (h connectHandler) CreateUser(ctx context.Context, r *userv1.CreateUserRequest) (*userv1.User, error) {
	u, err := h.m.Create(ctx, r.GetName())
	return u, connectError(err)
}

type grpcHandler struct {
	userv1.UnimplementedUserServiceServer

	m Methods
}

func (h grpcHandler) GetUser(ctx context.Context, r *userv1.GetUserRequest) (*userv1.User, error) {
	u, err := h.m.Get(ctx, r.GetId())
	return u, grpcError(err)
}

func (h grpcHandler) CreateUser(ctx context.Context, r *userv1.CreateUserRequest) (*userv1.User, error) {
	u, err := h.m.Create(ctx, r.GetName())
	return u, grpcError(err)
}

func grpcError(err error) error {
	if _, ok := status.FromError(err); ok {
		return err
	}
	return status.FromProto(users.StatusOf(err)).Err()
}

func connectError(err error) error {
	if err == nil {
		return nil
	}
	s := status.Convert(grpcError(err)).Proto()
	answer := connect.NewError(connect.Code(s.GetCode()), s.GetMessage()).WithCause(err)
	for _, d := range s.GetDetails() {
		if detail, derr := connectproto.NewErrorDetail(d); derr == nil {
			answer = answer.WithDetail(detail)
		}
	}
	return answer
}

// Status returns what a client was told, by either library. It is nil for a nil
// error.
func Status(err error) *status.Status {
	e, ok := errors.AsType[*connect.Error](err)
	if !ok {
		return status.Convert(err)
	}
	s := &spb.Status{Code: int32(e.Code()), Message: e.Message()} //nolint:gosec // up to 16
	for _, d := range e.Details() {
		s.Details = append(s.Details, connectproto.ErrorDetailToAny(d))
	}
	return status.FromProto(s)
}

// Code returns the code of what a client was told, by either library.
func Code(err error) codes.Code { return Status(err).Code() }
