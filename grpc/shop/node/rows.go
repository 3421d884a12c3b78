package node

import (
	"context"
	"crypto/subtle"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connecthttp"
	"connectrpc.com/connect/v2/connectproto"
	"github.com/sony/gobreaker/v2"
	"golang.org/x/time/rate"
	"google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/reflect/protoreflect"

	"example.com/goguide/grpc/breaker"
	"example.com/goguide/grpc/chain"
	"example.com/goguide/grpc/deadline"
	"example.com/goguide/grpc/logging"
	"example.com/goguide/grpc/metrics"
	"example.com/goguide/grpc/propagation"
	"example.com/goguide/grpc/ratelimit"
	"example.com/goguide/grpc/retry"
	"example.com/goguide/grpc/timeout"
	"example.com/goguide/grpc/tracing"
)

// authorization is the metadata that shows who calls.
const authorization = "authorization"

// An Edge says what is special about the server that strangers call.
type Edge struct {
	// Key returns who calls, for the limit. It is nil for a server that only our
	// own services call: they show a token.
	Key func(context.Context) string
}

// Server returns a server with all rows, of the services in files. Status says
// what a client is told of an error.
func (n *Node) Server(
	edge Edge,
	status func(error) *status.Status,
	files ...protoreflect.FileDescriptor,
) (*connect.Server, error) {
	if edge.Key == nil {
		if err := n.identify(); err != nil {
			return nil, err
		}
	}
	measured, err := metrics.New(n.registry, files...)
	if err != nil {
		return nil, err
	}
	policy, err := propagation.New(nil, nil) // the trace, and nothing else
	if err != nil {
		return nil, err
	}
	rows := chain.Server{
		Tracing: &tracing.Tracing{Provider: n.provider, Public: edge.Key != nil},
		Metrics: measured, Log: n.Log, Propagation: &policy,
	}
	if !n.Off("deadline") {
		if rows.Timeout, err = timeout.New(3*n.Try, 3*n.Try); err != nil {
			return nil, err
		}
	}
	var verify []connect.ServerInterceptor
	if edge.Key == nil && n.Token != "" {
		verify = append(verify, n.authenticated)
	}
	if edge.Key != nil && n.Rate > 0 && !n.Off("limit") {
		rows.Limiter, err = ratelimit.New(ratelimit.Config{
			Rate: rate.Limit(n.Rate), Burst: int(n.Rate*burst) + 1,
			Keys: 10_000, Key: edge.Key,
		})
		if err != nil {
			return nil, err
		}
	}
	if edge.Key != nil && n.AtOnce > 0 && !n.Off("limit") {
		verify = append(verify, crowd(make(chan struct{}, n.AtOnce)).refuse)
	}
	all, err := rows.Connect(verify...)
	if err != nil {
		return nil, err
	}
	return connect.NewServer(append(all, n.answered(status), n.faults.inject)...), nil
}

// identify lets the public listener speak TLS, if it is to.
func (n *Node) identify() error {
	none, err := n.TLS.None()
	if err != nil || none {
		return err
	}
	n.tls, err = n.TLS.Server()
	return err
}

// burst is for how long a caller may have saved up, in seconds.
const burst = 0.25

// authenticated refuses who does not show the token.
func (n *Node) authenticated(next connect.ServerFunc) connect.ServerFunc {
	want := []byte("Bearer " + n.Token)
	return func(ctx context.Context, spec connect.Spec, stream connect.ServerStream) error {
		info, ok := connect.CallInfoForServerContext(ctx)
		if !ok || subtle.ConstantTimeCompare([]byte(info.RequestHeader().Get(authorization)), want) != 1 {
			return connect.NewError(connect.CodeUnauthenticated, "expected the token of a service")
		}
		return next(ctx, spec, stream)
	}
}

// answered makes of each error, and of a panic, what the client may know of it,
// and hands the rest on to the log's line.
func (n *Node) answered(status func(error) *status.Status) connect.ServerInterceptor {
	return func(next connect.ServerFunc) connect.ServerFunc {
		return func(ctx context.Context, spec connect.Spec, stream connect.ServerStream) (err error) {
			defer func() {
				if p := recover(); p != nil {
					n.Log.ErrorContext(ctx, "panic", "method", spec.Procedure,
						"value", p, "stack", string(debug.Stack()))
					err = connect.NewError(connect.CodeInternal, "internal error")
				}
			}()
			err = next(ctx, spec, stream)
			if err == nil {
				return nil
			}
			own, ok := errors.AsType[*connect.Error](err)
			if ok && !own.IsRemote() {
				return err // of connect itself, or of a row
			}
			s := status(err)
			if logging.Level(codes.Code(s.GetCode())) > slog.LevelInfo { //nolint:gosec // up to 16
				logging.Add(ctx, slog.String("cause", err.Error())) // which the client is not told
			}
			answer := connect.NewError(connect.Code(s.GetCode()), s.GetMessage()).WithCause(err)
			for _, d := range s.GetDetails() {
				if detail, derr := connectproto.NewErrorDetail(d); derr == nil {
					answer = answer.WithDetail(detail)
				}
			}
			return answer
		}
	}
}

// Client returns a client of another service, with all rows, for the life of the
// process.
func (n *Node) Client(service, url string) (*connect.Client, error) {
	rows := chain.Client{Ours: true, Tracing: &tracing.Tracing{Provider: n.provider}}
	var err error
	if !n.Off("retry") {
		c := retry.Config{
			Tries: 3, Base: 50 * time.Millisecond, Max: time.Second,
			Tokens: 20, Ratio: 0.1,
		}
		if n.Off("budget") {
			c.Tokens = 1e12
		}
		if rows.Retry, err = retry.New(c); err != nil {
			return nil, err
		}
	}
	if !n.Off("breaker") {
		rows.Breaker, err = breaker.New(breaker.Config{
			Ratio: 0.5, Calls: 10, Window: 2 * time.Second,
			Open: time.Second, Probes: 3, Patience: n.Try / 2,
			Changed: func(from, to gobreaker.State) {
				n.Log.Warn("breaker", "to", service, "was", from.String(), "is", to.String())
			},
		})
		if err != nil {
			return nil, err
		}
		n.breakers[service] = func() string { return rows.Breaker.State().String() }
	}
	if !n.Off("deadline") {
		rows.Deadline = &deadline.Budget{
			Reserve: 20 * time.Millisecond, Need: 5 * time.Millisecond, Limit: n.Try,
		}
	}
	all, err := rows.Connect()
	if err != nil {
		return nil, err
	}
	if n.Token != "" {
		all = append(all, n.showing)
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	t := &http.Transport{Protocols: protocols, HTTP2: &http.HTTP2Config{}}
	if none, err := n.TLS.None(); err != nil || !none {
		if t.TLSClientConfig, err = n.TLS.Client(service); err != nil {
			return nil, err
		}
	}
	if !n.Off("ping") {
		t.HTTP2.SendPingTimeout, t.HTTP2.PingTimeout = pingAfter, pingTimeout
	}
	n.idle = append(n.idle, t.CloseIdleConnections)
	transport := connecthttp.NewTransport(&http.Client{Transport: t}, url,
		connecthttp.WithGRPC(), connecthttp.WithReadMaxBytes(MaxMessage))
	return connect.NewClient(transport, all...), nil
}

// showing shows the token.
func (n *Node) showing(next connect.ClientFunc) connect.ClientFunc {
	return func(ctx context.Context, spec connect.Spec) (connect.ClientStream, error) {
		if info, ok := connect.CallInfoForClientContext(ctx); ok {
			info.RequestHeader().Set(authorization, "Bearer "+n.Token)
		}
		return next(ctx, spec)
	}
}
