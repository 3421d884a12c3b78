package detached

import (
	"context"
	"net/http"
	"sync"
)

// RequestContext accepts orders and records each, without keeping the customer
// waiting. Compare [Queue.Submit].
func RequestContext(
	record func(ctx context.Context, order string) error,
	report func(error),
) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, order := r.Context(), r.PathValue("order")
		go func() {
			// BUG(test): RequestContext records with the request's ctx, which
			// net/http cancels when the handler returns: no record is made.
			if err := record(ctx, order); err != nil {
				report(err)
			}
		}()
		w.WriteHeader(http.StatusAccepted)
	}
}

// BackgroundContext is the usual repair of [RequestContext]. Compare
// [Queue.Submit] and [Queue.Close].
func BackgroundContext(
	record func(ctx context.Context, order string) error,
	report func(error),
) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		order := r.PathValue("order")
		// BUG(goleak, synctest, test, contextcheck): BackgroundContext starts a
		// record that has no bound in number or time, and no request ID;
		// Shutdown does not wait for it, so it ends with the process, half done.
		go func() {
			if err := record(context.Background(), order); err != nil {
				report(err)
			}
		}()
		w.WriteHeader(http.StatusAccepted)
	}
}

// DropOnShutdown does the jobs of a queue on n goroutines, until ctx ends.
// Compare [Queue.Close].
func DropOnShutdown(
	ctx context.Context,
	n int,
	jobs <-chan string,
	do func(job string),
) {
	var workers sync.WaitGroup
	for range n {
		workers.Go(func() {
			for {
				select {
				case job := <-jobs:
					do(job)
				case <-ctx.Done():
					// BUG(test): DropOnShutdown's workers leave while accepted
					// jobs still wait in the channel: these are never done.
					return
				}
			}
		})
	}
	workers.Wait()
}
