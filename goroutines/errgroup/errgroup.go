// Package errgroup shows how to run tasks that may fail, with
// golang.org/x/sync/errgroup, and seven ways to hold it wrong. It belongs to
// part 2.4 of the guide.
//
// A WaitGroup waits. An errgroup.Group waits, keeps the first error, cancels
// the ctx of the tasks with it, and can limit how many run at once. All four
// only hold for a task that uses the group's own ctx:
//
//	fetch /a                          fetch /b
//	                                  waits, with the caller's ctx
//	return err
//	// the group's ctx ends
//	                                  waits on: that ctx was not asked
//	g.Wait()                          // until the caller's ctx ends
//
// # What to write
//
// Give each group a function of its own. Shadow ctx in its first line, and no
// task can use the outer one by mistake; return after Wait, and nothing can
// use the group's ctx once it is over, for Wait cancels it on success too.
//
//   - All or nothing: [Map]. Each task writes its own element of a slice.
//   - Every failure counts: [Each]. Wait would return the first one alone.
//   - Tasks that find more tasks: [Walk]. Inside a task only TryGo is safe.
//
// The guide's url := url is dead code since Go 1.22: each turn of a loop has
// its own variable. [SharedVariable] is compiled as Go 1.21 to show why it was
// written once.
//
// A panic in a task ends the process. x/sync v0.14.0 (April 2025) passed it on
// to Wait, v0.16.0 (June 2025) took that back: it delays the crash, hides the
// stack from the tools that collect it, and Wait may never be reached
// (go.dev/issue/53757). Use [Guard] where one task must not end them all.
//
// # What finds it
//
// A lock that is missing is for the race detector. A group that waits for
// itself is a deadlock: in a test it hangs, and synctest names it. In a server
// that has other goroutines nothing does, but for the goroutineleak profile,
// and only where nobody else holds what they wait for. A wrong ctx that
// merely makes things late or fail takes a test that looks.
package errgroup

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"golang.org/x/sync/errgroup"
)

// Map calls f for every item, at most limit at once (a limit below 1 counts as
// 1), and returns the results in the order of the items. The first error
// cancels the ctx of all others, which is why f must heed it; no further call
// is begun, and Map returns that error alone when the last call is back.
func Map[T, R any](
	ctx context.Context,
	items []T,
	limit int,
	f func(context.Context, T) (R, error),
) ([]R, error) {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(limit, 1))
	results := make([]R, len(items))
	for i, item := range items {
		g.Go(func() error {
			// Go starts what it is given, also after an error.
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			r, err := f(ctx, item)
			if err != nil {
				return fmt.Errorf("item %d: %w", i, err)
			}
			results[i] = r // no lock: nobody else has this element
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return results, nil
}

// Each calls f for every item, at most limit at once (a limit below 1 counts
// as 1), and returns all errors, joined in the order of the items. A failure
// cancels nothing, so every item is tried.
func Each[T any](
	ctx context.Context,
	items []T,
	limit int,
	f func(context.Context, T) error,
) error {
	var g errgroup.Group // without a ctx of its own
	g.SetLimit(max(limit, 1))
	errs := make([]error, len(items))
	for i, item := range items {
		g.Go(func() error {
			if err := f(ctx, item); err != nil {
				errs[i] = fmt.Errorf("item %d: %w", i, err)
			}
			return nil // Wait would keep the first one only
		})
	}
	_ = g.Wait() // nil, like all that it was given
	return errors.Join(errs...)
}

// Walk visits a finite tree from its root, at most limit nodes at once (a
// limit below 1 counts as 1), and ends with the first error. The children of
// a node may be visited in any order.
func Walk(
	ctx context.Context,
	root string,
	limit int,
	children func(context.Context, string) ([]string, error),
) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(limit, 1))
	var visit func(node string) error
	visit = func(node string) error {
		below, err := children(ctx, node)
		if err != nil {
			return fmt.Errorf("visit %s: %w", node, err)
		}
		for _, child := range below {
			if g.TryGo(func() error { return visit(child) }) {
				continue
			}
			// No place is free, and waiting for one while holding one may
			// take for ever. This task has a place: use it.
			if err := visit(child); err != nil {
				return err
			}
		}
		return nil
	}
	g.Go(func() error { return visit(root) })
	return g.Wait()
}

// Guard returns f with its panic turned into an error that ends in the stack.
// It is for tasks that share nothing: what a panic left half done, a lock
// held or a map half filled, stays so for everybody who goes on.
func Guard(f func() error) func() error {
	return func() (err error) {
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			}
		}()
		return f()
	}
}
