// Package singleflight lets callers who want the same at the same time share
// one load, each with a context of its own, and shows five ways to misuse
// golang.org/x/sync/singleflight. It belongs to part 6 of the guide.
//
// That package knows no context. By its DoChan a caller can leave early, yet
// what runs is the function of the first caller, with all that it has captured,
// and that is the first caller's ctx too:
//
//	caller 1                        caller 2
//	DoChan("EUR", load(ctx1))
//	                                DoChan("EUR", …)    // joins, loads nothing
//	its client hangs up: ctx1 ends
//	                                context canceled, with a ctx that is alive
//
// # What to write
//
// [Group.Do]. The load belongs to nobody: its ctx is context.WithoutCancel of
// the first caller's, so that it keeps the values (trace, tenant) and neither
// the deadline nor the cancel. Each caller leaves when its own ctx ends. The
// last one to leave cancels the load and frees the key.
//
// The other choice is to detach: the load goes on though nobody waits. That is
// right where it must end (a payment) or is worth its price later (it fills a
// cache), and is had by one more context.WithoutCancel inside load. From a
// Group that always detached, the first choice could not be had. Both need:
//
//   - A limit inside load, by context.WithTimeout: a key that is asked all the
//     time has no last caller.
//   - A key of all that load depends on, as a struct: the tenant, the language.
//   - A result that nobody changes, or a copy for who does ([Group.Do]).
//
// Where load needs no ctx, cannot panic and ends soon, use x/sync itself.
//
// # What finds it
//
// The race detector sees the shared result, the leak detectors see the load
// that never ends, and a panic in DoChan is hard to miss. The first caller's
// ctx and the coarse key are values that go to the wrong place in good order:
// only a test sees them in which the second caller joins before the first is
// answered. The tests here know that it has when DoChan has returned, for then
// select asks its ctx for Done.
package singleflight

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
)

// ErrExited says that load did not return but called runtime.Goexit, as
// t.FailNow does.
var ErrExited = errors.New("load called runtime.Goexit")

// A PanicError is what [Group.Do] panics with when load has.
type PanicError struct {
	Value any    // what load panicked with
	Stack []byte // where
}

// Error returns the value and the stack.
func (p *PanicError) Error() string {
	return fmt.Sprintf("load panicked: %v\n\n%s", p.Value, p.Stack)
}

// Unwrap returns the value if it is an error.
func (p *PanicError) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// A Group runs one load for each key at a time. The zero value is ready. It
// must not be copied. All methods may be called concurrently.
type Group[K comparable, V any] struct {
	mu      sync.Mutex
	flights map[K]*flight[V]
}

// A flight is one run of load.
type flight[V any] struct {
	cancel  context.CancelFunc
	callers int           // still waiting; guarded by the lock of the group
	landed  chan struct{} // closed once the fields below are set for good
	value   V
	err     error
	panics  *PanicError
}

// Do returns what load returns. If load is running for the key already, Do
// waits for that one, and calls none. Nothing is kept: who comes after the end
// loads again. If ctx ends first, Do returns its cause; if both happen, the
// result.
//
// All callers get the same value: who wants to change what a slice, a map or a
// pointer refers to, clones it first. All get the same error. If load panics,
// each Do panics with a [PanicError]; if nobody waits any more, the panic ends
// the process, as that of any goroutine.
//
// load runs on a goroutine of its own. Its ctx has the values of the ctx of
// the first caller, and ends when the last caller has left. A load that does
// not heed it runs on, beside the next one for that key.
func (g *Group[K, V]) Do(
	ctx context.Context,
	key K,
	load func(context.Context) (V, error),
) (V, error) {
	if ctx.Err() != nil {
		var none V
		return none, context.Cause(ctx)
	}
	f := g.board(ctx, key, load)
	select {
	case <-f.landed:
	case <-ctx.Done():
		if g.leave(key, f) {
			var none V
			return none, context.Cause(ctx)
		}
	}
	if f.panics != nil {
		panic(f.panics)
	}
	return f.value, f.err
}

// Forget makes the next Do of the key load anew. Those who wait already get
// the result that they wait for. Call it when what was loaded has changed.
func (g *Group[K, V]) Forget(key K) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.flights, key)
}

// board joins the flight of the key, or starts one.
func (g *Group[K, V]) board(
	ctx context.Context,
	key K,
	load func(context.Context) (V, error),
) *flight[V] {
	g.mu.Lock()
	defer g.mu.Unlock()
	if f, ok := g.flights[key]; ok {
		f.callers++
		return f
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f := &flight[V]{
		cancel:  cancel,
		callers: 1,
		landed:  make(chan struct{}),
		err:     ErrExited, // unless load returns, or panics
	}
	if g.flights == nil {
		g.flights = make(map[K]*flight[V])
	}
	g.flights[key] = f
	go g.fly(ctx, key, f, load)
	return f
}

// fly runs load, and lands.
func (g *Group[K, V]) fly(
	ctx context.Context,
	key K,
	f *flight[V],
	load func(context.Context) (V, error),
) {
	defer f.cancel()
	defer func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if f.callers > 0 { // or nobody would hear of the panic
			if value := recover(); value != nil {
				f.panics = &PanicError{value, debug.Stack()}
			}
		}
		close(f.landed)
		g.free(key, f)
	}()
	f.value, f.err = load(ctx)
}

// leave reports whether the caller left before the flight has landed.
func (g *Group[K, V]) leave(key K, f *flight[V]) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-f.landed:
		return false
	default:
	}
	f.callers--
	if f.callers == 0 {
		g.free(key, f) // whoever comes next needs a load that is not cancelled
		f.cancel()
	}
	return true
}

// free frees the key, unless a later flight has it. It needs the lock.
func (g *Group[K, V]) free(key K, f *flight[V]) {
	if g.flights[key] == f {
		delete(g.flights, key)
	}
}
