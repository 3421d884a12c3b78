package selecting

import (
	"context"
	"time"
)

// BreakLeavesSelect stores lines until the log is closed or ctx ends. Compare
// [Collect].
func BreakLeavesSelect(
	ctx context.Context,
	log <-chan string,
	store func(line string),
) {
	for {
		select {
		case <-ctx.Done():
			// BUG(staticcheck, test): BreakLeavesSelect leaves the select with
			// this break, not the loop: it goes on after ctx has ended.
			break
		case line, open := <-log:
			if !open {
				return
			}
			store(line)
		}
	}
}

// DefaultSpins does the jobs until ctx ends. Compare [UntilIdle].
func DefaultSpins(ctx context.Context, jobs <-chan string, do func(string)) {
	for {
		select {
		case job := <-jobs:
			do(job)
		case <-ctx.Done():
			return
		// BUG(staticcheck, test): DefaultSpins never waits: with nothing to do
		// it takes the default millions of times a second.
		default:
		}
	}
}

// RestartedTimeout records the votes that come within the limit. Compare
// [Collect].
func RestartedTimeout(
	votes <-chan int,
	limit time.Duration,
	record func(vote int),
) {
	for {
		select {
		case vote, open := <-votes:
			if !open {
				return
			}
			record(vote)
		// BUG(test): RestartedTimeout makes a new timeout at every turn, which
		// never fires while votes come more often than that.
		case <-time.After(limit):
			return
		}
	}
}

// OneSelect serves the queues of a shop, and means the order of its cases to
// count. Compare [Prioritise].
func OneSelect(express, standard <-chan int, serve func(order int)) {
	for express != nil || standard != nil {
		// BUG(test): OneSelect chooses at random among the cases that are
		// ready: half of the time a standard order goes first.
		select {
		case order, open := <-express:
			if !open {
				express = nil
				continue
			}
			serve(order)
		case order, open := <-standard:
			if !open {
				standard = nil
				continue
			}
			serve(order)
		}
	}
}

// LenFirst serves the queues of a shop, express first. Compare [Prioritise].
func LenFirst(express, standard <-chan int, serve func(order int)) {
	for {
		if len(express) > 0 {
			serve(<-express)
			continue
		}
		// BUG(deadlock, hang, leakprofile, synctest): LenFirst has looked before
		// and waits for a standard order now; express orders wait with it.
		order, open := <-standard
		if !open {
			return
		}
		serve(order)
	}
}

// StrictPriority serves the queues of a shop until ctx ends. Compare
// [Prioritise].
func StrictPriority(
	ctx context.Context,
	express, standard <-chan int,
	serve func(order int),
) {
	for ctx.Err() == nil {
		select {
		case order := <-express:
			// BUG(test): StrictPriority does not come to the second select as
			// long as express orders come: standard ones starve.
			serve(order)
			continue
		default:
		}
		select {
		case order := <-express:
			serve(order)
		case order := <-standard:
			serve(order)
		case <-ctx.Done():
		}
	}
}
