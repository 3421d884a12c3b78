package cancel

import (
	"context"
	"time"
)

// DeferInLoop fetches the pages one after the other and gives each its time.
// What it defers belongs into a function that fetches one page.
func DeferInLoop(
	ctx context.Context,
	urls []string,
	fetch func(ctx context.Context, url string) error,
) error {
	for _, url := range urls {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		// BUG(test): DeferInLoop keeps the ctx and the timer of each page, and
		// what runs below it, until the last page is fetched.
		defer cancel()
		if err := fetch(ctx, url); err != nil {
			return err
		}
	}
	return nil
}

// Deaf renders the tiles of a map until the client leaves. Compare [Each].
func Deaf(ctx context.Context, tiles []string, render func(string)) error {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, tile := range tiles {
			// BUG(goleak, synctest): Deaf returns when the client has left,
			// but its goroutine never looks at ctx and renders all the rest.
			render(tile)
		}
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// NoWait takes samples while task runs and returns them. Compare [Go].
func NoWait(
	ctx context.Context,
	task func(),
	sample func() int,
	stopped func(),
) []int {
	ctx, cancel := context.WithCancel(ctx)
	var samples []int
	go func() {
		defer stopped()
		for ctx.Err() == nil {
			samples = append(samples, sample())
		}
	}()
	task()
	cancel()
	// BUG(race): NoWait reads the samples while its goroutine may still add
	// one: cancel does not wait.
	return samples
}
