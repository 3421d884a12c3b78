package retry

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"
	"google.golang.org/grpc"

	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/users"
)

// RetriesAll repeats a call that failed, up to three tries. Compare
// [Policy.GRPC].
func RetriesAll(pause time.Duration) grpc.UnaryClientInterceptor {
	return func(
		ctx context.Context,
		method string,
		req, reply any,
		cc *grpc.ClientConn,
		next grpc.UnaryInvoker,
		opts ...grpc.CallOption,
	) error {
		_, err := backoff.Retry(ctx, func() (struct{}, error) {
			// BUG(test): RetriesAll repeats every method: what was created, and
			// only not answered, is created once more.
			return struct{}{}, next(ctx, method, req, reply, cc, opts...)
		}, backoff.WithBackOff(backoff.NewConstantBackOff(pause)), backoff.WithMaxTries(3))
		return err
	}
}

// A Get is a method of a server that asks the server below.
type Get = func(ctx context.Context, id string) (*userv1.User, error)

// EveryLayer asks the server below up to three times. Compare [ConnectServer].
func EveryLayer(below Get, pause time.Duration) Get {
	return func(ctx context.Context, id string) (*userv1.User, error) {
		u, err := backoff.Retry(ctx, func() (*userv1.User, error) {
			return below(ctx, id)
		}, backoff.WithBackOff(backoff.NewConstantBackOff(pause)), backoff.WithMaxTries(3))
		if err != nil {
			// BUG(test): EveryLayer says UNAVAILABLE, as if it had not tried: the
			// layer above repeats all of its tries, and the one above that.
			return nil, errors.Join(users.ErrUnavailable, err)
		}
		return u, nil
	}
}

// NoJitter pauses for base, twice that and so on up to most. Compare
// [Policy.Connect].
func NoJitter(base, most time.Duration) backoff.BackOff {
	// BUG(test): NoJitter leaves the RandomizationFactor at zero, which is none:
	// all who failed together come back together.
	return &backoff.ExponentialBackOff{
		InitialInterval: base,
		MaxInterval:     most,
		Multiplier:      2,
	}
}
