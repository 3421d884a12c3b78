// Package node is what the three processes of the shop have in common: a server
// and its clients with the whole checklist (package chain), a private port for
// those who look after it, and an end that loses no call. It belongs to part 12
// of the guide.
//
// # What to write
//
// Two listeners. The public one has the service and its health check, and
// nothing else; metrics, profiles and whatever else tells about the process are
// on another address ([Config.Admin]), which no client can reach. net/http/pprof
// registers itself with http.DefaultServeMux when it is imported, so neither
// listener serves that.
//
// The numbers belong together. A call to another service may take a second a try
// and is tried three times; the server gives up after three; a drain waits
// for longer than that; and whoever kills the process, for longer than a drain.
// A connection whose other end has vanished is noticed by a ping, within two
// seconds of silence: without one, calls are sent into it until the kernel gives
// up after a quarter of an hour.
//
// Who calls is shown by a token that all services have ([Config.Token]), compared
// in constant time, and never logged. It keeps out whoever has come into the
// network; where somebody may read along, take TLS with client certificates
// ([Config.TLS]). The health check is then on the private port too: an
// orchestrator has no certificate to show.
//
// # What finds it
//
// Each row of the list can be taken off ([Config.Without]), which is for tests
// alone: they inject a fault and show in numbers what the row is good for.
package node

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connecthttp"
	"connectrpc.com/grpchealth"
	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"example.com/goguide/grpc/health"
	"example.com/goguide/grpc/shop/identity"
	"example.com/goguide/grpc/shutdown"
)

// Try is the time that a call to another service gets unless Config says
// otherwise.
const Try = time.Second

// Times that belong together; see the package comment.
const (
	drainLimit  = 5 * time.Second
	flushLimit  = 2 * time.Second
	pingAfter   = time.Second
	pingTimeout = time.Second
)

// MaxMessage is the size of the largest message that a service reads, in bytes.
const MaxMessage = 64 << 10

// compressFrom is the size of the smallest answer that is worth compressing, in
// bytes.
const compressFrom = 1 << 10

// Rows are what can be taken off.
var Rows = []string{"breaker", "budget", "deadline", "drain", "limit", "ping", "retry", "write"}

// Config is what a [Node] is made of.
type Config struct {
	Name string
	// Listen and Admin are the addresses of the two listeners. A port 0 is any.
	Listen, Admin string
	// Token is what services show to each other. "" is for none.
	Token string
	// TLS is who the process is to those that it calls, and to those that call
	// it, unless they are strangers ([Edge]). The zero value is no TLS.
	TLS identity.Files
	// Rate is how many calls a second the gateway takes of one caller, and AtOnce
	// how many of all callers may run at once. 0 is no limit.
	Rate   float64
	AtOnce int
	// Delay is how long all is served as before once the process is to end.
	Delay time.Duration
	// Try is how long one try of a call to another service may take, and a third
	// of how long a call of this one may. 0 is [Try].
	Try time.Duration
	// Without names rows of the checklist that are left out.
	Without []string
	// Exporter gets the spans, besides the status page. Nil is for none. It is
	// shut down at the end of [Node.Run].
	Exporter sdktrace.SpanExporter
	// Faulty lets the private port inject faults.
	Faulty bool
	Log    *slog.Logger
}

// A Node is one process of the shop.
type Node struct {
	Config

	// Mux is what the public listener serves.
	Mux *http.ServeMux

	admin    *http.ServeMux
	registry *prometheus.Registry
	provider *sdktrace.TracerProvider
	spans    *ring
	faults   faults
	checker  *grpchealth.StaticChecker
	services []string
	state    *health.State
	breakers map[string]func() string
	idle     []func()
	tls      *tls.Config // of the public listener
}

// New returns a node that serves nothing yet.
func New(c Config) (*Node, error) {
	for _, row := range c.Without {
		if !slices.Contains(Rows, row) {
			return nil, fmt.Errorf("node: there is no row %q to take off: expected some of %s",
				row, strings.Join(Rows, ", "))
		}
	}
	if c.Try <= 0 {
		c.Try = Try
	}
	n := &Node{
		Config: c, Mux: http.NewServeMux(), admin: http.NewServeMux(),
		registry: prometheus.NewRegistry(), spans: newRing(c.Name),
		breakers: make(map[string]func() string),
		faults:   faults{turn: make(chan struct{}, 1)},
	}
	n.Log = c.Log.With("service", c.Name)
	if err := n.trace(); err != nil {
		return nil, err
	}
	n.adminRoutes()
	return n, nil
}

// trace makes what makes spans.
func (n *Node) trace() error {
	// Our name wins: the environment is often that of all services.
	about, err := resource.Merge(resource.Default(),
		resource.NewSchemaless(attribute.String("service.name", n.Name)))
	if err != nil {
		return fmt.Errorf("%s: %w", n.Name, err)
	}
	options := []sdktrace.TracerProviderOption{sdktrace.WithResource(about), sdktrace.WithSpanProcessor(n.spans)}
	if n.Exporter != nil {
		options = append(options, sdktrace.WithBatcher(n.Exporter)) // which drops spans rather than wait
	}
	n.provider = sdktrace.NewTracerProvider(options...)
	return nil
}

// flush sends the last spans, and gives them up where nobody takes them.
func (n *Node) flush() {
	ctx, cancel := context.WithTimeout(context.Background(), flushLimit)
	defer cancel()
	if err := n.provider.Shutdown(ctx); err != nil {
		n.Log.WarnContext(ctx, "tracing", "error", err) // no call is lost by it
	}
}

// Off reports whether a row of the checklist is taken off.
func (n *Node) Off(row string) bool { return slices.Contains(n.Without, row) }

// Serving tells the health check of services, by their full names.
func (n *Node) Serving(services ...string) { n.services = append(n.services, services...) }

// Mount serves the methods of rpc on the public listener.
func (n *Node) Mount(rpc *connect.Server) {
	connecthttp.Mount(n.Mux, rpc, connecthttp.WithReadMaxBytes(MaxMessage),
		connecthttp.WithCompressMinBytes(compressFrom))
}

// Run serves until ctx ends, and drains. Ready is told both addresses once the
// node serves. It returns nil if no call was cut off.
func (n *Node) Run(ctx context.Context, ready func(public, admin net.Addr)) error {
	public, err := new(net.ListenConfig).Listen(ctx, "tcp", n.Listen)
	if err != nil {
		return fmt.Errorf("%s: %w", n.Name, err)
	}
	admin, err := new(net.ListenConfig).Listen(ctx, "tcp", n.Admin)
	if err != nil {
		return errors.Join(fmt.Errorf("%s: %w", n.Name, err), public.Close())
	}
	n.checker = grpchealth.NewStaticChecker()
	n.Mux.Handle(grpchealth.NewHandler(n.checker))
	n.admin.Handle(grpchealth.NewHandler(n.checker))
	n.state = health.New(health.Connect(n.checker), n.services...)

	// The private port outlives the public one: a drain is to be watched.
	private := n.server(n.admin)
	watched := make(chan error, 1)
	go func() { watched <- private.Serve(admin) }()
	n.state.Start()
	ready(public.Addr(), admin.Addr())
	h := n.server(n.Mux)
	server := shutdown.HTTP(h) //nolint:contextcheck // it goes on when ctx has ended
	if n.tls != nil {
		h.TLSConfig = n.tls
		plain := server.Serve
		server.Serve = func(l net.Listener) error { return plain(tls.NewListener(l, n.tls)) }
	}
	drain := &shutdown.Drain{Health: n.state.Drain, Delay: n.Delay, Timeout: drainLimit}
	if n.Off("drain") {
		drain.Delay = 0
		server.Wait = server.Stop
	}
	err = drain.Serve(ctx, server, public)
	for _, idle := range n.idle {
		idle()
	}
	n.flush() //nolint:contextcheck // ctx has ended
	err = errors.Join(err, private.Close())
	if serr := <-watched; !errors.Is(serr, http.ErrServerClosed) {
		err = errors.Join(err, serr)
	}
	return err
}

// server returns an HTTP server with limits.
func (n *Node) server(h http.Handler) *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Server{
		Handler: h, Protocols: protocols,
		ErrorLog:          slog.NewLogLogger(n.Log.Handler(), slog.LevelWarn),
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		// No ReadTimeout and no WriteTimeout: they would end streams too.
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: 250,
			SendPingTimeout:      pingAfter,
			PingTimeout:          pingTimeout,
			WriteByteTimeout:     n.writeLimit(),
		},
	}
}

func (n *Node) writeLimit() time.Duration {
	if n.Off("write") {
		return 0
	}
	return 5 * time.Second
}
