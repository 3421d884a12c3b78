package fanout

import (
	"sync"

	"golang.org/x/sync/errgroup"
)

// GoroutinePerItem handles the messages of a queue. Compare [Each].
func GoroutinePerItem(messages <-chan string, handle func(string)) {
	var wg sync.WaitGroup
	for m := range messages {
		// BUG(test): GoroutinePerItem takes messages as fast as they come and
		// has all of them in work at once: a burst is a burst of goroutines.
		wg.Go(func() { handle(m) })
	}
	wg.Wait()
}

// LeavingWorkers ships orders and gives up with the first that fails. Compare
// [Each].
func LeavingWorkers(
	workers int,
	orders []string,
	ship func(string) error,
) error {
	queue := make(chan string)
	var g errgroup.Group
	for range workers {
		g.Go(func() error {
			for order := range queue {
				if err := ship(order); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for _, order := range orders {
		// BUG(deadlock, hang, leakprofile, synctest): LeavingWorkers sends an
		// order after every worker has left with its error, and blocks for ever.
		queue <- order
	}
	close(queue)
	return g.Wait()
}

// RoundRobin deals urls out to crawlers in turn. Compare [Each], whose workers
// take the next one when they are free.
func RoundRobin(crawlers int, urls []string, visit func(string)) {
	queues := make([]chan string, crawlers)
	var wg sync.WaitGroup
	for i := range queues {
		queues[i] = make(chan string)
		wg.Go(func() {
			for url := range queues[i] {
				visit(url)
			}
		})
	}
	for i, url := range urls {
		// BUG(deadlock, hang, leakprofile, synctest): RoundRobin waits for the
		// crawler whose turn it is; while that one is stuck, the others idle.
		queues[i%crawlers] <- url
	}
	for _, queue := range queues {
		close(queue)
	}
	wg.Wait()
}
