// Package chain puts the checklist together: the interceptors of a server and of
// a client, for connect-go and for grpc-go, in an order in which each keeps its
// promise. It belongs to part 9.4 of the guide.
//
// An interceptor sees what those inside of it do, and nothing of those outside,
// so that an order is a decision. Each of these loses something, without a
// word:
//
//	logging around requestid      lines without an id           [LogsFirst]
//	ratelimit around metrics      an overload that nobody sees  [LimitsFirst]
//	statuses around ratelimit     INTERNAL for RESOURCE_EXHAUSTED [TableFirst]
//	breaker around retry          three failures count as one   [BreakerFirst]
//	tracing around retry          three calls are one span      [TracesFirst]
//
// # What to write
//
// On a server, from the outside in ([Server]):
//
//	tracing      all that follows happens within the call's span
//	requestid    all that follows may log
//	metrics      counts what the others refuse, too
//	logging      likewise
//	your own     verifies who calls
//	ratelimit    refuses by who calls, before any work
//	timeout      bounds the work
//	propagation  keeps for outgoing calls what is on the list
//	retry        tells the caller that his call was tried again already
//	the server   makes a status of an error and of a panic
//
// On a client, from the outside in ([Client]):
//
//	requestid, propagation   set metadata, once a call
//	retry                    repeats all that follows
//	breaker                  counts each try, and refuses it
//	deadline                 gives each try its time, and takes it from no one
//	tracing                  has a span for each try that is sent
//	a correction             of what connect-go calls a lost connection
//
// A row that is nil is left out, so that a service can take them one by one. Where
// two of your own have to agree on an order, write down what breaks in the other
// one, as a test.
//
// # What it costs
//
// The table in the part's README: each row and all of them, as a ratio to the
// bare call.
//
// # What finds it
//
// A test of a call that fails, through the whole chain, that looks at everything
// that should know of it: log, metrics, spans, status. No detector and no linter
// knows what an order is for.
package chain

import (
	"log/slog"

	"connectrpc.com/connect/v2"
	"google.golang.org/grpc"

	"example.com/goguide/grpc/breaker"
	"example.com/goguide/grpc/deadline"
	"example.com/goguide/grpc/logging"
	"example.com/goguide/grpc/metrics"
	"example.com/goguide/grpc/propagation"
	"example.com/goguide/grpc/ratelimit"
	"example.com/goguide/grpc/requestid"
	"example.com/goguide/grpc/retry"
	"example.com/goguide/grpc/timeout"
	"example.com/goguide/grpc/tracing"
)

// A Server is what goes around the methods of a server. A nil row is left out.
type Server struct {
	Tracing     *tracing.Tracing
	Metrics     *metrics.Metrics
	Log         *slog.Logger
	Limiter     *ratelimit.Limiter
	Timeout     *timeout.Limits
	Propagation *propagation.Policy
}

// Connect returns the interceptors for a server of connect-go, the outermost
// first: connectserver.New takes them. Verify is what finds out who calls. It
// fails if the tracer's instruments cannot be made.
func (s Server) Connect(verify ...connect.ServerInterceptor) ([]connect.ServerInterceptor, error) {
	var all []connect.ServerInterceptor
	if s.Tracing != nil {
		traced, err := s.Tracing.ConnectServer()
		if err != nil {
			return nil, err
		}
		all = append(all, traced)
	}
	all = append(all, requestid.ConnectServer())
	if s.Metrics != nil {
		all = append(all, s.Metrics.Connect())
	}
	if s.Log != nil {
		all = append(all, logging.Connect(s.Log))
	}
	all = append(all, verify...)
	if s.Limiter != nil {
		all = append(all, s.Limiter.Connect)
	}
	if s.Timeout != nil {
		all = append(all, s.Timeout.Connect)
	}
	if s.Propagation != nil {
		all = append(all, s.Propagation.ConnectServer())
	}
	return append(all, retry.ConnectServer), nil
}

// GRPC returns the options for a server of grpc-go: grpcserver.New takes them.
// Verify is what finds out who calls.
func (s Server) GRPC(verify ...grpc.ServerOption) []grpc.ServerOption {
	var all []grpc.ServerOption
	if s.Tracing != nil {
		all = append(all, s.Tracing.GRPCServer())
	}
	all = append(all, requestid.GRPCServer()...)
	if s.Metrics != nil {
		all = append(all, s.Metrics.GRPC()...)
	}
	if s.Log != nil {
		all = append(all, logging.GRPC(s.Log)...)
	}
	all = append(all, verify...)
	if s.Limiter != nil {
		all = append(all, grpc.ChainUnaryInterceptor(s.Limiter.GRPC), grpc.ChainStreamInterceptor(s.Limiter.GRPCStream))
	}
	if s.Timeout != nil {
		all = append(all, grpc.ChainUnaryInterceptor(s.Timeout.GRPC))
	}
	if s.Propagation != nil {
		all = append(all, s.Propagation.GRPCServer()...)
	}
	return append(all, grpc.ChainUnaryInterceptor(retry.GRPCServer))
}

// A Client is what goes around the calls to one server. A nil row is left out,
// and so is propagation, which is for servers of our own, unless Ours is set.
type Client struct {
	Ours     bool
	Retry    *retry.Policy
	Breaker  *breaker.Breaker
	Deadline *deadline.Budget
	Tracing  *tracing.Tracing
}

// Connect returns the interceptors for a client of connect-go, the outermost
// first: connect.NewClient takes them. It fails if the tracer's instruments
// cannot be made.
func (c Client) Connect() ([]connect.ClientInterceptor, error) {
	all := []connect.ClientInterceptor{requestid.ConnectClient()}
	if c.Ours {
		all = append(all, propagation.ConnectClient)
	}
	if c.Retry != nil {
		all = append(all, c.Retry.Connect)
	}
	if c.Breaker != nil {
		all = append(all, c.Breaker.Connect)
	}
	if c.Deadline != nil {
		all = append(all, c.Deadline.Connect)
	}
	if c.Tracing != nil {
		traced, err := c.Tracing.ConnectClient()
		if err != nil {
			return nil, err
		}
		all = append(all, traced)
	}
	return append(all, lost), nil
}

// GRPC returns the options for a client of grpc-go: grpc.NewClient takes them.
// A stats handler has a span for each try wherever it stands.
func (c Client) GRPC() []grpc.DialOption {
	all := requestid.GRPCClient()
	if c.Ours {
		all = append(all, propagation.GRPCClient()...)
	}
	if c.Retry != nil {
		all = append(all, grpc.WithChainUnaryInterceptor(c.Retry.GRPC))
	}
	if c.Breaker != nil {
		all = append(all, grpc.WithChainUnaryInterceptor(c.Breaker.GRPC))
	}
	if c.Deadline != nil {
		all = append(all, grpc.WithChainUnaryInterceptor(c.Deadline.GRPC))
	}
	if c.Tracing != nil {
		all = append(all, c.Tracing.GRPCClient())
	}
	return all
}
