package node

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"connectrpc.com/connect/v2"
)

// faults are what a service does wrong when it is told to.
type faults struct {
	errors  atomic.Uint64 // of a million calls
	latency atomic.Int64  // nanoseconds
	serial  atomic.Int64  // likewise
	turn    chan struct{} // of the one call that may be at work
}

// inject is the innermost interceptor. Of the calls that are to fail one half
// fails before anything is done, and the other when all is done: what a client
// cannot tell apart.
func (f *faults) inject(next connect.ServerFunc) connect.ServerFunc {
	failure := func() error {
		return connect.NewError(connect.CodeUnavailable, "an injected fault")
	}
	return func(ctx context.Context, spec connect.Spec, stream connect.ServerStream) error {
		if d := time.Duration(f.latency.Load()); d > 0 {
			select {
			case <-time.After(d):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if d := time.Duration(f.serial.Load()); d > 0 {
			select {
			case f.turn <- struct{}{}:
				time.Sleep(d)
				<-f.turn
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if rand.Uint64N(1e6) >= f.errors.Load() { //nolint:gosec // of faults, not of secrets
			return next(ctx, spec, stream)
		}
		if rand.IntN(2) == 0 { //nolint:gosec // likewise
			return failure()
		}
		if err := next(ctx, spec, stream); err != nil {
			return err
		}
		return failure()
	}
}

// set takes ?errors=0.3&latency=2s&serial=10ms; what is not named is as it should
// be again. Serial is work that one call does at a time, as a disk does.
func (f *faults) set(w http.ResponseWriter, r *http.Request) {
	var share float64
	var times [2]time.Duration
	var err error
	if v := r.FormValue("errors"); v != "" {
		share, err = strconv.ParseFloat(v, 64)
	}
	for i, name := range []string{"latency", "serial"} {
		if v := r.FormValue(name); v != "" && err == nil {
			times[i], err = time.ParseDuration(v)
		}
	}
	if err != nil || !(share >= 0 && share <= 1) || min(times[0], times[1]) < 0 {
		http.Error(w, "expected errors from 0 to 1, and latency and serial such as 2s", http.StatusBadRequest)
		return
	}
	f.errors.Store(uint64(share * 1e6))
	f.latency.Store(int64(times[0]))
	f.serial.Store(int64(times[1]))
	w.WriteHeader(http.StatusNoContent)
}
