package deadline

import (
	"context"
	"time"
)

// LongerTimeout exports a report, which takes more time than the ten seconds
// that each request has.
func LongerTimeout(
	ctx context.Context,
	export func(context.Context) error,
) error {
	// BUG(test): LongerTimeout's minute does not extend the time of its
	// parent: the earlier deadline holds.
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return export(ctx)
}

// FreshBackground loads a page for a request. Compare [Call].
func FreshBackground(
	ctx context.Context,
	query func(context.Context) error,
) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	// BUG(test, contextcheck): FreshBackground gives the query a minute of its
	// own. The client's deadline is lost, and the query goes on without it.
	return query(ctx)
}

// WholeBudget asks a backend up to three times. Compare [Retry].
func WholeBudget(
	ctx context.Context,
	budget time.Duration,
	ask func(context.Context) error,
) error {
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	var err error
	for range 3 {
		// BUG(test): WholeBudget lets one try take the whole budget: if the
		// first hangs, the second has no time left.
		if err = ask(ctx); err == nil {
			return nil
		}
	}
	return err
}
