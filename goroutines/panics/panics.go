// Package panics turns a goroutine's panic into an error, and shows four
// ways to recover in the wrong place. It belongs to part 2.4 of the guide.
//
// A panic unwinds the stack of its own goroutine and no other. If it reaches
// the top of that stack, the whole process ends, with all its requests. The
// caller's recover never runs:
//
//	handler                        goroutine
//	defer func() { recover() }()
//	go audit(order)
//	return render(order)
//	                               panic: nil map
//	                               // no deferred call here: exit status 2
//
// # What to write
//
//   - The recover belongs at the top of the goroutine ([Go]), or around one
//     task of a goroutine that does many: wg.Go(func() { errs[i] = Safe(…) }).
//   - recover must be called by the deferred function: not by a function that
//     this one calls, and not by the defer statement.
//   - A recovered panic is an error like any other: return it, with the stack
//     of the panic and the value itself. [Error] has both.
//   - Whoever recovers goes on with what the panic left. Release locks and
//     count down WaitGroups by defer ([Cache.Get]).
//
// Not every end is a panic. runtime.Goexit, by which t.FailNow ends a test,
// passes through recover, and [Go] reports [ErrGoexit]. Nothing recovers what
// the runtime throws: concurrent map writes, a stack overflow, a deadlock, no
// memory. And a panic of a goroutine that f starts in turn is that one's own.
//
// net/http takes panic(http.ErrAbortHandler) as an order to drop the
// connection. [Go] hands it over as an error: panic again, on the handler's
// own goroutine, if errors.Is finds it.
//
// # What finds it
//
// The panic itself, when it comes: a test must make the goroutine panic. Of
// the four only [DeferRecover] is seen before, by errcheck. A lock that a
// recovered panic has left behind shows at the next caller, as a hang.
package panics

import (
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
)

// ErrGoexit says that a function ended its goroutine by runtime.Goexit.
var ErrGoexit = errors.New("goroutine ended by runtime.Goexit")

// An Error is a recovered panic.
type Error struct {
	Value any    // what panic was called with; never nil
	Stack []byte // of the goroutine at the panic, as debug.Stack prints it
}

// Error returns the value alone, on one line of a log; print Stack apart.
func (e *Error) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Unwrap returns the value if it is an error, so that errors.Is and
// errors.AsType find a runtime.Error, say.
func (e *Error) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// Safe calls f and returns its error, or an [*Error] if f panics. It does not
// stop runtime.Goexit: then it never returns, as f does not.
func Safe(f func() error) (err error) {
	defer func() {
		// nil means that f returned or called Goexit: even panic(nil) has a
		// value, a *runtime.PanicNilError, since Go 1.21.
		if v := recover(); v != nil {
			err = &Error{Value: v, Stack: debug.Stack()}
		}
	}()
	return f()
}

// Go calls f in a goroutine. The channel receives one error, as [Safe] returns
// it, or [ErrGoexit]; nobody has to receive it. Go does not end f: only f's
// own ctx can.
func Go(f func() error) <-chan error {
	result := make(chan error, 1)
	go func() {
		err := ErrGoexit // unless Safe returns
		defer func() { result <- err }()
		err = Safe(f)
	}()
	return result
}

// A Cache loads each page once. Its zero value is empty and ready to use, by
// several goroutines at once.
type Cache struct {
	mu    sync.Mutex
	pages map[string]string
}

// Get returns the page of that key, and loads it first if need be. A panic of
// load goes on to the caller; the cache stays usable.
func (c *Cache) Get(key string, load func(string) string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	page, ok := c.pages[key]
	if !ok {
		page = load(key)
		if c.pages == nil {
			c.pages = make(map[string]string)
		}
		c.pages[key] = page
	}
	return page
}
