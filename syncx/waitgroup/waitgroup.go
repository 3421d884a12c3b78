// Package waitgroup shows what a sync.WaitGroup promises to those who share
// memory by it, and four ways to expect more. It belongs to part 6.1 of the
// guide. How to count, and to miscount, is in package waitgroup of part 2.4.
//
// The promise is one edge of the memory model: what a goroutine did before its
// Done, the return of a Wait that waited for it has seen. It holds for several
// who wait, and for round after round. But a Wait is over only when it has
// returned, and until then nobody may begin the next round:
//
//	first worker                   last worker
//	wg.Done()     // 1
//	wg.Wait()     // waits
//	                               wg.Done()     // 0: wakes the first
//	                               wg.Wait()     // 0: returns at once
//	                               wg.Add(1)     // 1: the next round
//	wg.Wait()     // wakes and finds 1: panics
//
// # What to write
//
//   - One goroutine starts the tasks of a round and waits for them. Then it may
//     use the same WaitGroup for the next ([Rounds]).
//   - What the tasks wrote is read after Wait. A deferred Wait is too late: the
//     operands of return have been evaluated by then ([Sum]).
//   - Several may wait for one set of tasks that has been started, each as
//     often as it likes: hand out the method itself ([Start]).
//   - Who waits only for so long, or while others begin tasks, waits for a
//     channel. Nothing ends a Wait but the counter; a goroutine that waits in
//     the caller's place is left behind ([Active]).
//
// A function given to [sync.WaitGroup.Go] must not panic: the process ends. As
// of Go 1.26, Go does not call Done then, as a deferred Done does, so nobody
// takes a task that is about to crash the process for one that is done
// ([SaveAll], [Archive]; golang/go#74702).
//
// # What finds it
//
// The race detector knows the rule about rounds, as the first Add of a round
// must not be beside a Wait, and reports it together with the WaitGroup's own
// panic ([Simulate]); and a result that is read early, if it is a plain
// variable ([Total]). A Wait that was given up is a goroutine like any other to
// goleak, synctest and the goroutineleak profile, as long as it lasts
// ([Sockets.Idle]). None of the linters reports any of the four.
package waitgroup

import (
	"context"
	"fmt"
	"sync"
)

// Rounds calls step for every worker at once, waits for all, and begins the
// next round, until all rounds are over or ctx has ended; it returns ctx's
// error then. A step sees all that any step of the rounds before has written.
// It must not panic. Each round starts goroutines of its own.
func Rounds(
	ctx context.Context,
	rounds, workers int,
	step func(ctx context.Context, round, worker int),
) error {
	var wg sync.WaitGroup
	for round := range rounds {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		for worker := range workers {
			wg.Go(func() { step(ctx, round, worker) })
		}
		wg.Wait()
	}
	return nil
}

// Sum calls all counts at once and returns the sum of what they return.
func Sum(
	ctx context.Context,
	counts ...func(context.Context) int,
) int {
	found := make([]int, len(counts))
	var wg sync.WaitGroup
	for i, count := range counts {
		wg.Go(func() { found[i] = count(ctx) })
	}
	wg.Wait()
	sum := 0
	for _, n := range found {
		sum += n
	}
	return sum
}

// Start starts all tasks and returns a function that waits for them. Any number
// of goroutines may call it, also when the tasks are over, and each sees what
// the tasks have written. Who does not call it does not wait: the tasks go on.
func Start(ctx context.Context, tasks ...func(context.Context)) (wait func()) {
	var wg sync.WaitGroup
	for _, task := range tasks {
		wg.Go(func() { task(ctx) })
	}
	return wg.Wait
}

// SaveAll saves all files at once, and when all are saved it calls done. A save
// must not panic; if one does, the process ends and done is not called.
func SaveAll(
	ctx context.Context,
	files []string,
	save func(ctx context.Context, file string),
	done func(),
) {
	var wg sync.WaitGroup
	for _, file := range files {
		wg.Go(func() { save(ctx, file) })
	}
	wg.Wait()
	done()
}

// Active counts tasks that are active, such as open connections. The zero value
// is ready, and must not be copied after its first use. Its methods may be
// called concurrently, and in any order: tasks may begin while some wait.
type Active struct {
	mu   sync.Mutex
	n    int
	idle chan struct{} // closed when n returns to 0; not nil while n > 0
}

// Begin counts one task more.
func (a *Active) Begin() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.n == 0 {
		a.idle = make(chan struct{}) // the old one is closed and stays so
	}
	a.n++
}

// End counts one task less. It panics if there is none.
func (a *Active) End() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.n == 0 {
		panic("waitgroup: End without Begin")
	}
	a.n--
	if a.n == 0 {
		close(a.idle)
	}
}

// Wait returns nil at the first moment without a task, and has seen all that
// was done before each End up to then. If ctx ends before, it returns an error
// with the cause of that, and nothing goes on waiting. Tasks that begin later
// do not prolong it.
//
// It costs no goroutine. Any number may wait, each with a ctx of its own.
func (a *Active) Wait(ctx context.Context) error {
	a.mu.Lock()
	n, idle := a.n, a.idle
	a.mu.Unlock()
	if n == 0 {
		return nil
	}
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for tasks: %w", context.Cause(ctx))
	}
}
