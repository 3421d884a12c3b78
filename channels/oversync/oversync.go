// Package oversync keeps the same counter and the same cache by a mutex, by an
// atomic and by a goroutine that owns it, measures all three, and shows four
// ways to hold the channel wrong. It belongs to part 3.5 of the guide.
//
// "Share memory by communicating" is about who may touch a value next. Where
// nothing is handed on and all goroutines only want to look at the same few
// bytes, an owner turns each look into two switches between goroutines, needs
// somebody to end it, and gives every method an error to return:
//
//	by mutex                     by owner
//	lock, read, unlock           make a channel for the answer
//	                             wait for the owner, send the question
//	                             wait for the answer, if it is still there
//
// # What to write
//
//   - A number or a pointer on its own: sync/atomic ([AtomicCache] for a map
//     that is rarely written).
//   - Several fields that belong together: a mutex beside them ([MutexCache]).
//   - A channel where something moves: the ownership of a value, work for a
//     pool, an event that a select waits for among others; or where waiting
//     must end with ctx, which no mutex can ([Lock]).
//
// The benchmark gives all three the same work in turn and compares the medians,
// so that other work on the machine is nearly the same for each:
//
//	go test -run='^$' -bench=. -count=5 ./oversync
//
//	time, by mutex = 1           1 goroutine   2 goroutines   8 goroutines
//	counter by atomic            0.3           0.3            0.3
//	counter by owner             75            70 to 200      50 to 300
//	cache by atomic, 0.1 % Set   0.7           0.7            0.7
//	cache by atomic, 1 % Set     1.2           1.2            1.2
//	cache by owner               50 to 100     50 to 180      70 to 170
//
// That was Go 1.26 on two busy cores of an AMD EPYC. Only the owner's ratios
// depend on what else runs there, as each operation waits for a switch. A copy
// of 64 entries, once in a hundred operations, is what the atomic loses by.
//
// # What finds it
//
// Slowness is for a benchmark. A lock made of a channel that nobody releases
// hangs as a mutex does, and synctest sees it, which it does not with a mutex.
// A number that is sent is a copy and cannot race, so the race detector is
// silent about an update that is lost between two of them ([Seats.Book]).
package oversync

import (
	"context"
	"errors"
	"sync"
)

// ErrStopped says that the owner's ctx has ended.
var ErrStopped = errors.New("owner has stopped")

// MutexCounter counts under a lock. The zero value is ready. On its own,
// [sync/atomic.Int64] does the same in less.
type MutexCounter struct {
	mu sync.Mutex
	n  int64
}

// Add adds delta.
func (c *MutexCounter) Add(delta int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n += delta
}

// Load returns the count.
func (c *MutexCounter) Load() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

// OwnedCounter is a count that one goroutine owns.
type OwnedCounter struct {
	add, n chan int64
	done   chan struct{}
}

// OwnCounter starts the owner, which ends with ctx.
func OwnCounter(ctx context.Context) *OwnedCounter {
	c := &OwnedCounter{make(chan int64), make(chan int64), make(chan struct{})}
	go func() {
		defer close(c.done)
		var n int64
		for {
			select {
			case delta := <-c.add:
				n += delta
			case c.n <- n:
			case <-ctx.Done():
				return
			}
		}
	}()
	return c
}

// Add adds delta, or returns [ErrStopped].
func (c *OwnedCounter) Add(delta int64) error {
	select {
	case c.add <- delta:
		return nil
	case <-c.done: // without it, Add would wait for an owner that is gone
		return ErrStopped
	}
}

// Load returns the count, or [ErrStopped].
func (c *OwnedCounter) Load() (int64, error) {
	select {
	case n := <-c.n:
		return n, nil
	case <-c.done:
		return 0, ErrStopped
	}
}

// Lock is a mutex that one need not wait for for ever. Make it by [NewLock].
// It costs several times as much as a sync.Mutex.
type Lock chan struct{}

// NewLock returns a lock that nobody holds.
func NewLock() Lock { return make(Lock, 1) }

// Do calls f while it holds the lock and returns its error. If ctx ends before
// the lock is free, it returns the cause of that. The lock is released
// however f ends; what a panic left half done stays so.
func (l Lock) Do(ctx context.Context, f func() error) error {
	select {
	case l <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-l }()
	return f()
}
