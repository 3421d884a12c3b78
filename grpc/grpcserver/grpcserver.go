// Package grpcserver is the users service by grpc-go: a server of its own that
// speaks gRPC over its own HTTP/2, and nothing else. It belongs to part 9.1 of
// the guide.
//
// # What to write
//
// An interceptor that turns errors into statuses from a table, and one for each
// kind of call, unary and stream, for panics: grpc-go has no recovery, so that
// one panic in one call ends the process.
//
// Limits: grpc-go's defaults are 4 MiB a message, as many streams a connection
// as a client likes, and connections that live for ever. A client that vanished
// without a word is noticed after two hours (keepalive.ServerParameters.Time).
// [New] sets them.
//
// gzip must be imported, or a client that compresses is told UNIMPLEMENTED. An
// answer is compressed only if its request was.
//
// UnimplementedUserServiceServer is embedded by value: a method that a newer
// .proto has and this server has not is then UNIMPLEMENTED, and the code
// compiles. By pointer it would be a nil that panics.
//
// # What finds it
//
// vet knows that status.Errorf does not wrap (testdata/refused), and the linter
// contextcheck that a ctx is dropped. A panic ends the process, in tests too.
// goleak and synctest see a connection that nobody closes, and work that outlives
// its caller; the goroutineleak profile sees only the latter, for timers and the
// network keep a connection's goroutines alive. The rest is wrong codes and texts
// that tell too much, and only a test that looks at them sees those.
package grpcserver

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net"
	"runtime/debug"
	"slices"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	_ "google.golang.org/grpc/encoding/gzip" // see the package comment
	"google.golang.org/grpc/health"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/status"

	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/users"
)

// A Server serves the users API.
type Server struct {
	grpc   *grpc.Server
	health *health.Server
}

// New returns a server. Options may bring interceptors that go around all that it
// does with a call (package chain has them), by grpc.ChainUnaryInterceptor and
// grpc.ChainStreamInterceptor; the first is the outermost. It says SERVING until
// [Server.SetServing] or [Server.Shutdown].
func New(c users.Config, around ...grpc.ServerOption) *Server {
	options := append(slices.Clip(around),
		grpc.ChainUnaryInterceptor(answered(c.Log)),
		grpc.ChainStreamInterceptor(answeredStream(c.Log)),
		grpc.MaxRecvMsgSize(users.MaxMessage),
		grpc.MaxConcurrentStreams(250),
		grpc.MaxHeaderListSize(16<<10),
		grpc.ConnectionTimeout(10*time.Second), // for the handshake
		grpc.KeepaliveParams(keepalive.ServerParameters{
			MaxConnectionIdle: 5 * time.Minute,
			// Behind a balancer some minutes, so that load moves.
			MaxConnectionAge:      math.MaxInt64,
			MaxConnectionAgeGrace: math.MaxInt64,
			Time:                  time.Minute,
			Timeout:               15 * time.Second,
		}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{
			MinTime: 10 * time.Second, // who pings more often is sent away
		}),
	)
	if c.TLS != nil {
		options = append(options, grpc.Creds(credentials.NewTLS(c.TLS)))
	}
	s := &Server{grpc: grpc.NewServer(options...), health: health.NewServer()}
	userv1.RegisterUserServiceServer(s.grpc,
		service{Service: users.NewService(c.Store)})
	healthv1.RegisterHealthServer(s.grpc, s.health)
	reflection.Register(s.grpc)
	s.SetServing(true)
	return s
}

// A service is the shared one.
type service struct {
	userv1.UnimplementedUserServiceServer // for methods to come
	users.Service
}

// GetUser implements userv1.UserServiceServer.
func (s service) GetUser(
	ctx context.Context,
	r *userv1.GetUserRequest,
) (*userv1.User, error) {
	return s.Service.GetUser(ctx, r)
}

// ListUsers implements userv1.UserServiceServer.
func (s service) ListUsers(
	r *userv1.ListUsersRequest,
	stream userv1.UserService_ListUsersServer,
) error {
	return s.Service.ListUsers(stream.Context(), r, stream.Send)
}

// CreateUser implements userv1.UserServiceServer.
func (s service) CreateUser(
	ctx context.Context,
	r *userv1.CreateUserRequest,
) (*userv1.User, error) {
	return s.Service.CreateUser(ctx, r)
}

// Serve serves until Shutdown, after which it returns nil. It closes l.
func (s *Server) Serve(l net.Listener) error {
	err := s.grpc.Serve(l)
	if errors.Is(err, grpc.ErrServerStopped) {
		return nil // Shutdown came before Serve
	}
	return err
}

// Shutdown says NOT_SERVING, takes no more connections and waits for the calls
// that run, until ctx ends: then it ends their connections and returns ctx's
// error. A handler that does not look at its ctx goes on.
func (s *Server) Shutdown(ctx context.Context) error {
	s.health.Shutdown()
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		s.grpc.GracefulStop()
	}()
	select {
	case <-drained:
		return nil
	case <-ctx.Done():
		s.grpc.Stop()
		return context.Cause(ctx) // GracefulStop waits for handlers all the same
	}
}

// SetServing sets what the health check says, of the service and of the whole.
func (s *Server) SetServing(serving bool) {
	status := healthv1.HealthCheckResponse_NOT_SERVING
	if serving {
		status = healthv1.HealthCheckResponse_SERVING
	}
	s.health.SetServingStatus("", status)
	s.health.SetServingStatus(
		userv1.UserService_ServiceDesc.ServiceName, status)
}

// answered makes of each error, and of a panic, what the client may know of it,
// and tells the log the rest.
func answered(log *slog.Logger) grpc.UnaryServerInterceptor {
	return func(
		ctx context.Context,
		r any,
		info *grpc.UnaryServerInfo,
		next grpc.UnaryHandler,
	) (answer any, err error) {
		defer recovered(ctx, log, info.FullMethod, &err)
		answer, err = next(ctx, r)
		return answer, told(ctx, log, info.Server, info.FullMethod, err)
	}
}

// answeredStream is answered for streams: ListUsers, health's and reflection's.
func answeredStream(log *slog.Logger) grpc.StreamServerInterceptor {
	return func(
		srv any,
		stream grpc.ServerStream,
		info *grpc.StreamServerInfo,
		next grpc.StreamHandler,
	) (err error) {
		ctx := stream.Context()
		defer recovered(ctx, log, info.FullMethod, &err)
		h := &heard{ServerStream: stream}
		if err = next(srv, h); err != nil && errors.Is(err, h.err) {
			return err // of grpc-go itself: it could not read the message
		}
		return told(ctx, log, srv, info.FullMethod, err)
	}
}

// A heard stream keeps the error of its last read.
type heard struct {
	grpc.ServerStream

	err error
}

// RecvMsg implements grpc.ServerStream.
func (h *heard) RecvMsg(m any) error {
	h.err = h.ServerStream.RecvMsg(m)
	return h.err
}

// told returns what the client is told of a method's error. Health and
// reflection have errors of their own, which it lets pass.
func told(
	ctx context.Context,
	log *slog.Logger,
	srv any,
	method string,
	err error,
) error {
	if _, ours := srv.(service); !ours || err == nil {
		return err
	}
	s := users.StatusOf(err)
	if users.Hidden(s) {
		log.ErrorContext(ctx, "call failed", "method", method, "error", err)
	}
	return status.FromProto(s).Err()
}

// recovered is to be deferred: it ends one call instead of the process.
func recovered(
	ctx context.Context,
	log *slog.Logger,
	method string,
	err *error,
) {
	if p := recover(); p != nil {
		log.ErrorContext(ctx, "panic", "method", method,
			"value", p, "stack", string(debug.Stack()))
		*err = status.Error(codes.Internal, "internal error")
	}
}
