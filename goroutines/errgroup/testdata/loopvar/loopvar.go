//go:build go1.21

// Package loopvar is what go vet refuses in a file of Go 1.21.
package loopvar

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// Visit visits the last page many times, for the loop of Go 1.21 has one url.
func Visit(
	ctx context.Context,
	urls []string,
	visit func(context.Context, string) error,
) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, url := range urls {
		g.Go(func() error {
			return visit(ctx, url) // want loopclosure
		})
	}
	return g.Wait()
}
