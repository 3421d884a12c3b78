// Package once makes a value when it is first asked for, and shows six ways to
// be left without it. It belongs to part 6.1 of the guide.
//
// A sync.Once remembers that its function was called. It does not remember that
// the call failed, or panicked, or what it returned:
//
//	first request                  second request
//	once.Do(load)
//	err = load() // no network
//	return err
//	                               once.Do(load) // does nothing
//	                               err is a variable of this call: nil
//	                               return names[id] // of a nil map
//
// # What to write
//
//   - The value cannot fail to be made: [sync.OnceValue] (since Go 1.21), as a
//     field or a variable of the package ([Catalog]). If its function panics,
//     each later call panics with the same value, where Do returns in silence.
//   - Its failure is final, such as a flag that cannot be parsed:
//     [sync.OnceValues] with an error as its second value, which all get.
//   - Its failure may pass, such as a server that does not answer: no Once at
//     all, for it has no way to begin again. [Lazy] tries until it succeeds.
//   - It is needed in any case: make it in main, where an error can be returned
//     and nobody has to wait for it.
//
// The function of a Once must not need the Once. It is given what it works
// with, and does not get it from the object under construction ([Logger]).
//
// Once it is done, a Once costs an atomic load. A double-checked flag that is
// right costs the same, so nothing is gained by one ([Cities.Mayor]). With 1, 2
// and 8 goroutines alike:
//
//	go test -run='^$' -bench=. -count=5 ./once
//
//	time to get a value that is made, under a sync.Mutex = 1
//	by Once.Do         0.03 to 0.09
//	by OnceValue       0.1 to 0.3
//	by Lazy            0.1 to 0.3
//
// That was Go 1.26 on two busy cores. The compiler inlines Do, and has to call
// the function that OnceValue returns.
//
// # What finds it
//
// The race detector reports a flag that is read without a lock, or that tells
// less than it seems to ([Words.Has]). A Do within Do is a mutex locked twice:
// it hangs, and synctest does not see it. Of what Once remembers too well, or
// not at all, no detector knows anything; a test must call twice, and let the
// first call fail. go vet and the linters report none of the six.
package once

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
)

// A Catalog knows the prices of a shop. Make it by [NewCatalog]. Its methods
// may be called concurrently.
type Catalog struct{ prices func() map[string]int }

// NewCatalog returns a catalog whose prices come from load. It is called by
// the first who asks for a price; the others wait. load must not ask for one.
func NewCatalog(load func() map[string]int) *Catalog {
	return &Catalog{prices: sync.OnceValue(load)}
}

// Price returns the price of an article. If load panicked, so does each call.
func (c *Catalog) Price(article string) (price int, found bool) {
	price, found = c.prices()[article]
	return price, found
}

// A Logger drops lines below a level. Make it by [NewLogger].
type Logger struct {
	level func() int
	write func(line string)
}

// NewLogger returns a logger that reads its level from a file when the first
// line is logged. What read warns of is written, whatever the level. write may
// be called concurrently.
func NewLogger(
	read func(warn func(line string)) int,
	write func(line string),
) *Logger {
	return &Logger{
		level: sync.OnceValue(func() int { return read(write) }), // not Print
		write: write,
	}
}

// Print writes a line if it has the level.
func (l *Logger) Print(level int, line string) {
	if level >= l.level() {
		l.write(line)
	}
}

// A Lazy makes a value when it is first asked for, and tries again as long as
// that fails. Make it by [NewLazy].
type Lazy[T any] struct {
	create func(context.Context) (T, error)
	value  atomic.Pointer[T]
	turn   chan struct{} // room for one; a mutex cannot be awaited beside ctx
}

// NewLazy returns a Lazy whose value create makes.
func NewLazy[T any](create func(context.Context) (T, error)) *Lazy[T] {
	return &Lazy[T]{create: create, turn: make(chan struct{}, 1)}
}

// Get returns the value, or the error of an attempt to make it. It may be
// called concurrently: one caller at a time attempts it, under its own ctx, and
// the others wait. If the attempt fails or panics, that is the end of it for
// this caller, and the next makes the next attempt. Who waits returns when its
// ctx ends, with the cause of that; so does a create that calls Get. Who comes
// with a ctx that has ended attempts nothing.
//
// When the value is made, Get costs an atomic load and looks at no ctx.
func (l *Lazy[T]) Get(ctx context.Context) (T, error) {
	if v := l.value.Load(); v != nil {
		return *v, nil
	}
	var none T
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return none, context.Cause(ctx)
	}
	if v := l.value.Load(); v != nil { // made while this caller waited
		return *v, nil
	}
	if ctx.Err() != nil { // a select takes either, if both are ready
		return none, context.Cause(ctx)
	}
	v, err := l.create(ctx)
	if err != nil {
		return none, fmt.Errorf("make a %T: %w", v, err)
	}
	l.value.Store(&v)
	return v, nil
}
