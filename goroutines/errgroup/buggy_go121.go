//go:build go1.21

package errgroup

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// SharedVariable visits all pages and counts those on their way. The line at
// the top of its file makes it Go 1.21; below a newer one it is correct.
func SharedVariable(
	ctx context.Context,
	urls []string,
	visit func(context.Context, string) error,
	queued func(n int),
) error {
	g, ctx := errgroup.WithContext(ctx)
	for i, url := range urls {
		g.Go(func() error {
			// BUG(race, until go1.22): SharedVariable's loop has one url for
			// all its turns, and tasks read it while the loop moves on.
			return visit(ctx, url)
		})
		queued(i + 1) // were Go the last statement, go vet would object
	}
	return g.Wait()
}
