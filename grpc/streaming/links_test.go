package streaming

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connecthttp"
	"connectrpc.com/connect/v2/connectinprocess"
	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"example.com/goguide/detect"
	"example.com/goguide/detect/memnet"
	"example.com/goguide/grpc/internal/inmemory"
	"example.com/goguide/grpc/internal/told"
	feedv1 "example.com/goguide/grpc/proto/feed/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A link is a server and a client of it.
type link struct {
	Client
	// cut breaks the connection under both.
	cut func()
	// drain ends the server when its calls have ended; kill, at once.
	drain, kill func()
}

// A maker makes a link.
type maker func(t *testing.T, s Service) link

// links are the ways to connect both.
var links = map[string]maker{
	"grpc-go":    byGRPC,
	"connect":    byConnect,
	"in process": inProcess,
}

// limited has the smallest window that a client of net/http can ask for.
func limited(t *testing.T, s Service) link {
	return connected(t, s, &http.HTTP2Config{MaxReceiveBufferPerStream: 64 << 10})
}

// onEach runs a test on each link.
func onEach(t *testing.T, test func(t *testing.T, link maker)) {
	for name, l := range links {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, l)
		})
	}
}

// A wire is a network that can be cut.
type wire struct {
	*memnet.Listener

	mu    sync.Mutex
	conns []net.Conn
}

func (w *wire) Accept() (net.Conn, error) {
	c, err := w.Listener.Accept()
	if err == nil {
		w.mu.Lock()
		w.conns = append(w.conns, c)
		w.mu.Unlock()
	}
	return c, err
}

func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.conns {
		_ = c.Close()
	}
}

func byGRPC(t *testing.T, s Service) link {
	w := &wire{Listener: memnet.Listen()}
	server := grpc.NewServer()
	RegisterGRPC(server, s)
	wait := inmemory.Serve(server, w)
	conn := inmemory.Dial(w, grpc.WithIdleTimeout(0))
	end := func(stop func()) func() {
		return func() {
			stop()
			assert.NoError(t, wait())
			assert.NoError(t, conn.Close())
		}
	}
	return link{NewGRPCClient(conn), w.cut, end(server.GracefulStop), end(server.Stop)}
}

func byConnect(t *testing.T, s Service) link { return connected(t, s, nil) }

func connected(t *testing.T, s Service, c *http.HTTP2Config) link {
	w := &wire{Listener: memnet.Listen()}
	rpc := connect.NewServer()
	RegisterConnect(rpc, s)
	mux := http.NewServeMux()
	connecthttp.Mount(mux, rpc, connecthttp.WithCompressors()) // what is in flight is counted
	h2c := new(http.Protocols)
	h2c.SetUnencryptedHTTP2(true)
	server := &http.Server{
		Handler:   mux,
		Protocols: h2c,
		ErrorLog:  slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(w) }()
	transport := &http.Transport{Protocols: h2c, DialContext: w.Dial, HTTP2: c}
	client := connect.NewClient(connecthttp.NewTransport(&http.Client{Transport: transport}, "http://memory", connecthttp.WithCompressors()))
	end := func(stop func() error) func() {
		return func() {
			transport.CloseIdleConnections() // or Shutdown waits a second
			assert.NoError(t, stop())
			assert.ErrorIs(t, <-served, http.ErrServerClosed)
			transport.CloseIdleConnections()
		}
	}
	return link{
		NewConnectClient(client), w.cut,
		end(func() error { return server.Shutdown(context.Background()) }),
		end(server.Close),
	}
}

func inProcess(_ *testing.T, s Service) link {
	var calls sync.WaitGroup // there is no server that would wait for them
	rpc := connect.NewServer(func(next connect.ServerFunc) connect.ServerFunc {
		return func(ctx context.Context, spec connect.Spec, stream connect.ServerStream) error {
			calls.Add(1)
			defer calls.Done()
			return next(ctx, spec, stream)
		}
	})
	RegisterConnect(rpc, s)
	return link{NewConnectClient(connect.NewClient(connectinprocess.New(rpc))), nil, calls.Wait, nil}
}

// timers hide from some detectors what waits: those of keepalive in grpc-go, and
// in net/http the one of Shutdown, which polls.
var timers = detect.Without("timers of HTTP/2 are pending", detect.Synctest, detect.Deadlock, detect.LeakProfile)

// bugOnEach is for what waits for ever. drains says that Shutdown is among it.
func bugOnEach(t *testing.T, drains bool, scenario func(t *testing.T, link maker)) {
	for name, l := range links {
		var options []detect.Option
		if name == "grpc-go" || name == "connect" && drains {
			options = append(options, timers)
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			detect.Bug(t, func() { scenario(t, l) }, options...)
		})
	}
}

func fixOnEach(t *testing.T, scenario func(t *testing.T, link maker)) {
	onEach(t, func(t *testing.T, l maker) {
		detect.Fix(t, func() { scenario(t, l) }, detect.Within(10*time.Second))
	})
}

// counted makes n entries of a size, and counts those that were asked for.
func counted(n, size int, made *atomic.Int64) func(ctx context.Context) iter.Seq[*feedv1.Entry] {
	return func(ctx context.Context) iter.Seq[*feedv1.Entry] {
		return func(yield func(*feedv1.Entry) bool) {
			for i := range n {
				made.Add(1)
				if ctx.Err() != nil || !yield(&feedv1.Entry{Number: int64(i + 1), Body: make([]byte, size)}) {
					return
				}
			}
		}
	}
}

// bodies makes n of them.
func bodies(n int) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for i := range n {
			if !yield(fmt.Append(nil, i)) {
				return
			}
		}
	}
}

var errEnough = errors.New("enough")

// refuse takes nothing, and says so in both libraries' terms.
func refuse(context.Context, []byte) error {
	return errFull
}

// errFull is an error of both libraries.
var errFull = told.Error(codes.ResourceExhausted, "the feed is full")

// accept takes everything.
func accept(context.Context, []byte) error { return nil }

// codeOf is the code of an error of either library.
func codeOf(err error) codes.Code {
	if e, ok := errors.AsType[*connect.Error](err); ok {
		return codes.Code(e.Code())
	}
	if s, ok := status.FromError(err); ok {
		return s.Code()
	}
	return status.FromContextError(err).Code()
}
