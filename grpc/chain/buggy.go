package chain

import (
	"context"
	"log/slog"

	"connectrpc.com/connect/v2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"

	"example.com/goguide/grpc/breaker"
	"example.com/goguide/grpc/logging"
	"example.com/goguide/grpc/metrics"
	"example.com/goguide/grpc/ratelimit"
	"example.com/goguide/grpc/requestid"
	"example.com/goguide/grpc/retry"
	"example.com/goguide/grpc/tracing"
	"example.com/goguide/grpc/users"
)

// LogsFirst has the log around all else. Compare [Server.Connect].
func LogsFirst(log *slog.Logger) []connect.ServerInterceptor {
	return []connect.ServerInterceptor{
		// BUG(test): LogsFirst writes lines without an id: the ctx that has it
		// is the inner interceptor's.
		logging.Connect(log),
		requestid.ConnectServer(),
	}
}

// LimitsFirst refuses before anything is done, to save work. Compare
// [Server.Connect].
func LimitsFirst(l *ratelimit.Limiter, m *metrics.Metrics, log *slog.Logger) []connect.ServerInterceptor {
	return []connect.ServerInterceptor{
		// BUG(test): LimitsFirst refuses unseen: in an overload the log and the
		// metrics show a quiet day.
		l.Connect,
		requestid.ConnectServer(),
		m.Connect(),
		logging.Connect(log),
	}
}

// TableFirst makes statuses of all errors, whoever they are from. Compare
// [Server.GRPC].
func TableFirst(l *ratelimit.Limiter) []grpc.ServerOption {
	table := func(ctx context.Context, r any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		answer, err := next(ctx, r)
		if err != nil {
			// BUG(test): TableFirst knows the service's errors and not the
			// limiter's: who asks too much is told INTERNAL, and not when to
			// come back.
			return nil, status.FromProto(users.StatusOf(err)).Err()
		}
		return answer, nil
	}
	return []grpc.ServerOption{grpc.ChainUnaryInterceptor(table, l.GRPC)}
}

// BreakerFirst asks the breaker once a call. Compare [Client.GRPC].
func BreakerFirst(b *breaker.Breaker, p *retry.Policy) grpc.DialOption {
	// BUG(test): BreakerFirst counts three failures as one, so that a server that
	// is down is asked three times as often before it is left alone.
	return grpc.WithChainUnaryInterceptor(b.GRPC, p.GRPC)
}

// TracesFirst has one span for what the caller calls a call. Compare
// [Client.Connect].
func TracesFirst(t tracing.Tracing, p *retry.Policy) ([]connect.ClientInterceptor, error) {
	traced, err := t.ConnectClient()
	if err != nil {
		return nil, err
	}
	// BUG(test): TracesFirst shows one slow call that succeeded, where two had
	// failed before it.
	return []connect.ClientInterceptor{traced, p.Connect}, nil
}
