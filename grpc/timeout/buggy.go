package timeout

import (
	"context"
	"time"

	"connectrpc.com/connect/v2"

	userv1 "example.com/goguide/grpc/proto/user/v1"
)

// A Get is a method of a server.
type Get = func(ctx context.Context, id string) (*userv1.User, error)

// IgnoresCtx waits for a replica to have caught up. Compare [Limits].
func IgnoresCtx(caughtUp <-chan struct{}, get Get) Get {
	return func(ctx context.Context, id string) (*userv1.User, error) {
		// BUG(deadlock, hang, leakprofile, synctest): IgnoresCtx waits without a
		// look at its ctx: no timeout of the server ends it, and no caller who
		// leaves.
		<-caughtUp
		return get(ctx, id)
	}
}

// AnswersFirst answers after d, whatever the handler does. Compare
// [Limits.Connect].
func AnswersFirst(d time.Duration) connect.ServerInterceptor {
	return func(next connect.ServerFunc) connect.ServerFunc {
		return func(ctx context.Context, spec connect.Spec, stream connect.ServerStream) error {
			ctx, cancel := context.WithTimeout(ctx, d)
			defer cancel()
			done := make(chan error, 1)
			go func() { done <- next(ctx, spec, stream) }()
			select {
			case err := <-done:
				return err
			case <-ctx.Done():
				// BUG(race): AnswersFirst returns while the handler runs, and both
				// it and the library use the call's headers and its stream.
				return connect.NewError(connect.CodeDeadlineExceeded, "the server took too long")
			}
		}
	}
}
