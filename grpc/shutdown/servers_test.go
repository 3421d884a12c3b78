package shutdown

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connecthttp"
	"connectrpc.com/grpchealth"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	grpchealthserver "google.golang.org/grpc/health"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"example.com/goguide/detect/memnet"
	"example.com/goguide/grpc/health"
	"example.com/goguide/grpc/internal/inmemory"
	"example.com/goguide/grpc/internal/told"
	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
)

func TestMain(m *testing.M) {
	if library := os.Getenv(processVar); library != "" {
		os.Exit(process(library))
	}
	goleak.VerifyTestMain(m)
}

// A service has a call that waits until it is released, and a stream without an
// end of its own.
type service struct {
	userv1.UnimplementedUserServiceServer
	entered, released chan struct{}
	leaving           <-chan struct{}
	handled           atomic.Int64
}

func newService(d *Drain) *service {
	return &service{entered: make(chan struct{}, 1), released: make(chan struct{}), leaving: d.Leaving()}
}

func (s *service) GetUser(_ context.Context, r *userv1.GetUserRequest) (*userv1.User, error) {
	if r.GetId() == "slow" {
		s.entered <- struct{}{}
		<-s.released // whatever becomes of ctx
	}
	s.handled.Add(1)
	return &userv1.User{Id: r.GetId()}, nil
}

func (s *service) list(ctx context.Context, send func(*userv1.User) error) error {
	if err := send(new(userv1.User)); err != nil {
		return err
	}
	select {
	case <-s.leaving:
		return errLeaving
	case <-ctx.Done():
		return ctx.Err()
	}
}

// errLeaving is an error of both libraries.
var errLeaving = told.Error(codes.Unavailable, "leaving")

func (s *service) ListUsers(_ *userv1.ListUsersRequest, stream userv1.UserService_ListUsersServer) error {
	return s.list(stream.Context(), stream.Send)
}

type connectService struct {
	userv1connect.UnimplementedUserServiceHandler
	*service
}

func (c connectService) GetUser(ctx context.Context, r *userv1.GetUserRequest) (*userv1.User, error) {
	return c.service.GetUser(ctx, r)
}

func (c connectService) ListUsers(ctx context.Context, _ *userv1.ListUsersRequest, s userv1connect.UserServiceListUsersServerStream) error {
	return c.list(ctx, s.Send)
}

// libraries make a server of a service, and its health.
var libraries = map[string]func(s *service) (Server, health.Set){
	"grpc-go": func(s *service) (Server, health.Set) {
		rpc, h := grpc.NewServer(), grpchealthserver.NewServer()
		userv1.RegisterUserServiceServer(rpc, s)
		healthv1.RegisterHealthServer(rpc, h)
		return GRPC(rpc), health.GRPC(h)
	},
	"connect": func(s *service) (Server, health.Set) {
		rpc, h := connect.NewServer(), grpchealth.NewStaticChecker()
		userv1connect.RegisterUserServiceHandler(rpc, connectService{service: s})
		mux := http.NewServeMux()
		connecthttp.Mount(mux, rpc)
		mux.Handle(grpchealth.NewHandler(h))
		h2c := new(http.Protocols)
		h2c.SetUnencryptedHTTP2(true)
		return HTTP(&http.Server{
			Handler: mux, Protocols: h2c, ReadHeaderTimeout: time.Minute,
			ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0),
		}), health.Connect(h)
	},
}

// A run is a server that serves until it is signalled.
type run struct {
	*service
	t      *testing.T
	listen *memnet.Listener
	signal func()
	served chan error
}

type serve func(ctx context.Context, s Server, l net.Listener) error

// start starts a server that says SERVING. How it serves is by's.
func start(t *testing.T, library string, d *Drain, by func(d *Drain) serve) *run {
	s := newService(d)
	server, set := libraries[library](s)
	state := health.New(set)
	state.Start()
	d.Health = state.Drain
	r := &run{s, t, memnet.Listen(), nil, make(chan error, 1)}
	var ctx context.Context
	ctx, r.signal = context.WithCancel(context.Background())
	go func() { r.served <- by(d)(ctx, server, r.listen) }()
	return r
}

func drained(d *Drain) serve { return d.Serve }

func plainly(f serve) func(*Drain) serve { return func(*Drain) serve { return f } }

// dial returns a connection of its own, and what closes it.
func (r *run) dial() (*grpc.ClientConn, func()) {
	conn := inmemory.Dial(r.listen)
	return conn, func() { assert.NoError(r.t, conn.Close()) }
}

// call calls and returns the code, in time.
func call(c *grpc.ClientConn, id string) <-chan codes.Code {
	answered := make(chan codes.Code, 1)
	go func() {
		_, err := userv1.NewUserServiceClient(c).GetUser(context.Background(), &userv1.GetUserRequest{Id: id})
		answered <- status.Code(err)
	}()
	return answered
}

// says is what the server says of its health, on a new connection.
func (r *run) says() string {
	c, done := r.dial()
	defer done()
	res, err := healthv1.NewHealthClient(c).Check(context.Background(), new(healthv1.HealthCheckRequest))
	if err != nil {
		return status.Code(err).String()
	}
	return res.GetStatus().String()
}

// stream opens a stream and returns what it ends with.
func stream(t *testing.T, c *grpc.ClientConn) <-chan error {
	s, err := userv1.NewUserServiceClient(c).ListUsers(context.Background(), new(userv1.ListUsersRequest))
	require.NoError(t, err)
	_, err = s.Recv()
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() {
		_, err := s.Recv()
		ended <- err
	}()
	return ended
}

func onEach(t *testing.T, test func(t *testing.T, library string)) {
	for library := range libraries {
		t.Run(library, func(t *testing.T) {
			t.Parallel()
			test(t, library)
		})
	}
}
