package waitgroup

import (
	"sync"
	"time"
)

// Simulate calls step for every worker, round after round, and lets the workers
// wait for each other in between. Compare [Rounds].
func Simulate(rounds, workers int, step func(round, worker int)) {
	var all, barrier sync.WaitGroup
	barrier.Add(workers)
	for worker := range workers {
		all.Go(func() {
			for round := range rounds {
				step(round, worker)
				barrier.Done()
				barrier.Wait()
				// BUG(race, panic): Simulate begins the next round when the
				// first Wait has returned: the others are still to return.
				barrier.Add(1)
			}
		})
	}
	all.Wait()
}

// Total calls all counts at once and returns the sum of what they return.
// Compare [Sum].
func Total(counts ...func() int) int {
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		total int
	)
	defer wg.Wait() // whatever happens below
	for _, count := range counts {
		wg.Go(func() {
			n := count()
			mu.Lock()
			defer mu.Unlock()
			total += n
		})
	}
	// BUG(race): Total reads its result, and only then does the deferred Wait
	// wait for those who write it.
	return total
}

// Archive saves all files at once, and when all are saved it calls done.
// Compare [SaveAll].
func Archive(files []string, save func(file string), done func()) {
	var wg sync.WaitGroup
	wg.Add(len(files))
	for _, file := range files {
		go func() {
			// BUG(panic, test): Archive's deferred Done runs also when save
			// panics: Wait returns, and done is called by a dying process.
			defer wg.Done()
			save(file)
		}()
	}
	wg.Wait()
	done()
}

// Sockets counts the open connections of a server. Compare [Active].
type Sockets struct{ open sync.WaitGroup }

// Open counts one connection more.
func (s *Sockets) Open() { s.open.Add(1) }

// Close counts one connection less.
func (s *Sockets) Close() { s.open.Done() }

// Idle waits until no connection is open, but only so long. Compare
// [Active.Wait].
func (s *Sockets) Idle(patience time.Duration) bool {
	idle := make(chan struct{})
	go func() {
		defer close(idle)
		// BUG(goleak, leakprofile, synctest): Sockets.Idle gives up, and its
		// Wait does not: each call leaves a goroutine until the last Close.
		s.open.Wait()
	}()
	select {
	case <-idle:
		return true
	case <-time.After(patience):
		return false
	}
}
