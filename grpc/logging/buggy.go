package logging

import (
	"context"
	"fmt"
	"log/slog"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	userv1 "example.com/goguide/grpc/proto/user/v1"
)

// LogsRequest logs what is called. Compare [GRPC].
func LogsRequest(log *slog.Logger) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, r any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		// BUG(test): LogsRequest writes each request into the log, and with it
		// names, addresses, passwords: whatever people send.
		log.InfoContext(ctx, "call", "method", info.FullMethod, "request", r)
		return next(ctx, r)
	}
}

// LogsMetadata logs who calls. Compare [GRPC].
func LogsMetadata(log *slog.Logger) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, r any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		md, _ := metadata.FromIncomingContext(ctx)
		// BUG(test): LogsMetadata writes the caller's token into the log:
		// whoever reads it can call in his name.
		log.InfoContext(ctx, "call", "method", info.FullMethod, "metadata", md)
		return next(ctx, r)
	}
}

// AllErrors logs how calls end. Compare [Level].
func AllErrors(log *slog.Logger) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, r any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		answer, err := next(ctx, r)
		if err != nil {
			// BUG(test): AllErrors takes a caller's mistake for its own:
			// someone asks for a user who is not there, and the alarm rings.
			log.ErrorContext(ctx, "call", "method", info.FullMethod, "error", err)
		}
		return answer, err
	}
}

// EachLayer finds a user. Compare [Add].
func EachLayer(
	ctx context.Context, log *slog.Logger, id string,
	find func(ctx context.Context, id string) (*userv1.User, error),
) (*userv1.User, error) {
	u, err := find(ctx, id)
	if err != nil {
		// BUG(test): EachLayer logs an error and returns it: its caller logs it
		// again, and one failure is as many lines as there are layers.
		log.ErrorContext(ctx, "finding a user", "id", id, "error", err)
		return nil, fmt.Errorf("finding user %s: %w", id, err)
	}
	return u, nil
}
