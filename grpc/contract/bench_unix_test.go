//go:build unix

package contract

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	connectv1 "connectrpc.com/connect"
	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connecthttp"
	"connectrpc.com/connect/v2/connectinprocess"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
	"example.com/goguide/grpc/users"
)

// cpu returns the CPU time of this process, in nanoseconds: client and server.
func cpu() int64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

// calls is how many make a batch.
const calls = 320

// A form is a way to make a call, running.
type form func() error

// A counter counts the server's reads and writes of its connections: the calls
// of the kernel.
type counter struct{ n atomic.Int64 }

type countedServer struct {
	Server
	*counter
}

func (s countedServer) Serve(l net.Listener) error {
	return s.Server.Serve(countedListener{l, s.counter})
}

type countedListener struct {
	net.Listener
	*counter
}

func (l countedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return countedConn{c, l.counter}, err
}

type countedConn struct {
	net.Conn
	*counter
}

func (c countedConn) Read(p []byte) (int, error) {
	c.n.Add(1)
	return c.Conn.Read(p)
}

func (c countedConn) Write(p []byte) (int, error) {
	c.n.Add(1)
	return c.Conn.Write(p)
}

// A bufferedListener's connections read ahead: net/http's HTTP/2 server reads
// the 9 bytes of a frame's header and then the rest, a call of the kernel each.
type bufferedListener struct{ net.Listener }

func (l bufferedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return bufferedConn{c, bufio.NewReader(c)}, err
}

type bufferedConn struct {
	net.Conn
	r *bufio.Reader
}

func (c bufferedConn) Read(p []byte) (int, error) { return c.r.Read(p) }

type bufferedServer struct{ Server }

func (s bufferedServer) Serve(l net.Listener) error { return s.Server.Serve(bufferedListener{l}) }

func buffered(build func(users.Config) Server) func(users.Config) Server {
	return func(c users.Config) Server { return bufferedServer{build(c)} }
}

// served returns a running session of a server without anything around it.
func served(b *testing.B, secure bool, serve func(c users.Config) Server) (*session, *counter) {
	b.Helper()
	n := new(counter)
	return newSession(b, func(c users.Config) Server { return countedServer{serve(c), n} }, secure), n
}

// connectServer serves with connect's own options and no interceptor.
func connectServer(options ...connecthttp.Option) func(c users.Config) Server {
	return func(c users.Config) Server {
		rpc := connect.NewServer()
		userv1connect.RegisterUserServiceHandler(rpc, bare{Service: users.NewService(c.Store)})
		mux := http.NewServeMux()
		connecthttp.Mount(mux, rpc, options...)
		return overHTTP(c, mux)
	}
}

// connectV1Server is the same by connect-go v1.
func connectV1Server(options ...connectv1.HandlerOption) func(c users.Config) Server {
	return func(c users.Config) Server {
		s := users.NewService(c.Store)
		mux := http.NewServeMux()
		mux.Handle(userv1connect.UserServiceGetUserProcedure, connectv1.NewUnaryHandler(userv1connect.UserServiceGetUserProcedure,
			func(ctx context.Context, r *connectv1.Request[userv1.GetUserRequest]) (*connectv1.Response[userv1.User], error) {
				u, err := s.GetUser(ctx, r.Msg)
				if err != nil {
					return nil, err
				}
				return connectv1.NewResponse(u), nil
			}, options...))
		return overHTTP(c, mux)
	}
}

func overHTTP(c users.Config, h http.Handler) Server {
	p := new(http.Protocols)
	p.SetHTTP1(true)
	p.SetHTTP2(true)
	p.SetUnencryptedHTTP2(true)
	return plainServer{nakedServer{nil, &http.Server{Handler: h, Protocols: p, TLSConfig: c.TLS}}}
}

// A plainServer serves with TLS where it has it.
type plainServer struct{ nakedServer }

func (s plainServer) Serve(l net.Listener) error {
	if s.TLSConfig == nil {
		return s.nakedServer.Serve(l)
	}
	_ = s.ServeTLS(l, "", "")
	return nil
}

// A grpcServer is grpc-go's, with its own options and no interceptor.
type grpcServer struct{ *grpc.Server }

func (grpcServer) SetServing(bool) {}
func (s grpcServer) Shutdown(context.Context) error {
	s.GracefulStop()
	return nil
}

type bareGRPC struct {
	userv1.UnimplementedUserServiceServer
	users.Service
}

func (u bareGRPC) GetUser(ctx context.Context, r *userv1.GetUserRequest) (*userv1.User, error) {
	return u.Service.GetUser(ctx, r)
}

func (u bareGRPC) CreateUser(ctx context.Context, r *userv1.CreateUserRequest) (*userv1.User, error) {
	return u.Service.CreateUser(ctx, r)
}

func (u bareGRPC) ListUsers(r *userv1.ListUsersRequest, s userv1.UserService_ListUsersServer) error {
	return u.Service.ListUsers(s.Context(), r, s.Send)
}

func grpcGo() func(c users.Config) Server {
	return func(c users.Config) Server {
		var options []grpc.ServerOption
		if c.TLS != nil {
			options = append(options, grpc.Creds(credentials.NewTLS(c.TLS)))
		}
		s := grpc.NewServer(options...)
		userv1.RegisterUserServiceServer(s, bareGRPC{Service: users.NewService(c.Store)})
		return grpcServer{s}
	}
}

// by returns GetUser of one user by a client of that server.
func by(b *testing.B, s *session, dial func(*session) (caller, func())) form {
	b.Helper()
	s.store.users = one{}
	c := s.dial(b, Client{"", dial})
	return func() error {
		r := c(context.Background(), get("7"))
		if r.user.GetName() != "Ann" {
			return context.Canceled
		}
		return nil
	}
}

// idle keeps as many connections as there are callers; a Transport keeps two.
func idle(dial func(*session) (caller, func())) func(*session) (caller, func()) {
	return func(s *session) (caller, func()) {
		s.idle = 16
		return dial(s)
	}
}

// A one is a store of one user.
type one struct{ users.Store }

func (one) Get(context.Context, string) (*userv1.User, error) {
	return &userv1.User{Id: "7", Name: "Ann", Age: 30}, nil
}

// batch makes calls, so many at a time, and returns their CPU time.
func batch(b *testing.B, f form, callers int) int64 {
	b.Helper()
	start := cpu()
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for range calls / callers {
				if err := f(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return cpu() - start
}

// BenchmarkCall measures the CPU time of a call, client and server together, as
// a ratio to grpc-go's, with which each form takes turns.
func BenchmarkCall(b *testing.B) {
	none := connecthttp.WithCompressors()
	for _, f := range []struct {
		name   string
		secure bool
		server func(users.Config) Server
		dial   func(*session) (caller, func())
	}{
		{"grpc-go", false, grpcGo(), dialGRPC},
		{"connect/gRPC", false, connectServer(), dialConnect(connecthttp.WithGRPC())},
		{"connect/gRPC/no-gzip", false, connectServer(none), dialConnect(connecthttp.WithGRPC(), none)},
		{"connect/Connect", false, connectServer(), dialConnect()},
		{"connect/Connect/no-gzip", false, connectServer(none), dialConnect(none)},
		{"connect/Connect/from-1KiB", false, connectServer(connecthttp.WithCompressMinBytes(1 << 10)), dialConnect()},
		{"connect/Connect/no-gzip/buffered", false, buffered(connectServer(none)), dialConnect(none)},
		{"connect/gRPC-Web/no-gzip", false, connectServer(none), dialConnect(connecthttp.WithGRPCWeb(), none)},
		{"connect/JSON/no-gzip", false, connectServer(none), dialConnect(connecthttp.WithProtoJSON(), none)},
		{"connect/GET/no-gzip", false, connectServer(none), dialConnect(connecthttp.WithHTTPGet(), none)},
		{"connect/HTTP1/no-gzip", false, connectServer(none), dialConnectBy(false, none)},
		{"connect/HTTP1/JSON/no-gzip", false, connectServer(none), dialConnectBy(false, none, connecthttp.WithProtoJSON())},
		{"connect/HTTP1/no-gzip/16-idle", false, connectServer(none), idle(dialConnectBy(false, none))},
		{"connect-v1/Connect/no-gzip", false, connectV1Server(connectv1.WithCompression("gzip", nil, nil)), dialConnect(none)},
		{"grpc-client/connect-server", false, connectServer(none), dialGRPC},
		{"connect-client/grpc-server", false, grpcGo(), dialConnect(connecthttp.WithGRPC(), none)},
		{"grpc-go/TLS", true, grpcGo(), dialGRPC},
		{"connect/gRPC/no-gzip/TLS", true, connectServer(none), dialConnect(connecthttp.WithGRPC(), none)},
	} {
		b.Run(f.name, func(b *testing.B) {
			base, _ := served(b, false, grpcGo())
			s, n := served(b, f.secure, f.server)
			compare(b, by(b, base, dialGRPC), by(b, s, f.dial), n)
		})
	}
	b.Run("in-process", func(b *testing.B) {
		base, _ := served(b, false, grpcGo())
		rpc := connect.NewServer()
		userv1connect.RegisterUserServiceHandler(rpc, bare{Service: users.NewService(one{})})
		client := userv1connect.NewUserServiceClient(connect.NewClient(connectinprocess.New(rpc)))
		compare(b, by(b, base, dialGRPC), func() error {
			_, err := client.GetUser(context.Background(), &userv1.GetUserRequest{Id: "7"})
			return err
		}, new(counter))
	})
}

func compare(b *testing.B, base, f form, io *counter) {
	b.Helper()
	for _, callers := range []int{1, 16} { // warm
		batch(b, base, callers)
		batch(b, f, callers)
	}
	for _, c := range []struct {
		name    string
		callers int
	}{{"alone", 1}, {"16-at-once", 16}} {
		b.Run(c.name, func(b *testing.B) {
			var theirs, ours, n int64
			before := io.n.Load()
			for b.Loop() {
				theirs += batch(b, base, c.callers)
				ours += batch(b, f, c.callers)
				n += calls
			}
			require.Positive(b, theirs)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(ours)/float64(n)/1e3, "cpu-µs/call")
			b.ReportMetric(float64(ours)/float64(theirs), "×grpc-go")
			b.ReportMetric(float64(io.n.Load()-before)/float64(n), "server-io/call")
		})
	}
}
