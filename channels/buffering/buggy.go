package buffering

import (
	"context"
	"io"
	"sync"
)

// BufferAdded adds up sizes until stop is called. Compare [Tally].
func BufferAdded(sizes <-chan int) (stop func() int) {
	total := 0
	quit := make(chan bool, 1) // so that stop need not wait
	go func() {
		for {
			select {
			case size := <-sizes:
				total += size
			case <-quit:
				return
			}
		}
	}()
	return func() int {
		quit <- true
		// BUG(race): BufferAdded's stop has sent into a buffer and reads the
		// total while the worker may still add to it.
		return total
	}
}

// WiderLimit counts the words of all pages. Its limit was one page at a time,
// until that was too slow.
func WiderLimit(pages []string, words func(page string) int) int {
	total := 0
	limit := make(chan int, 2)
	var wg sync.WaitGroup
	for i, page := range pages {
		wg.Go(func() {
			limit <- i
			defer func() { <-limit }()
			// BUG(race): WiderLimit lets two pages in: a channel is a lock
			// as long as its capacity is 1.
			total += words(page)
		})
	}
	wg.Wait()
	return total
}

// SmallRing reads ahead by two blocks, and uses the blocks again. Compare
// [ReadAhead].
func SmallRing(r io.Reader, size int) <-chan []byte {
	const ahead = 2
	blocks := make(chan []byte, ahead)
	go func() {
		defer close(blocks)
		ring := make([][]byte, ahead+1)
		for i := range ring {
			ring[i] = make([]byte, size)
		}
		for i := 0; ; i++ {
			block := ring[i%len(ring)]
			// BUG(race, test): SmallRing reads into the block that its
			// receiver still uses: two are in the channel, and it has three.
			n, err := r.Read(block)
			if err != nil {
				return
			}
			blocks <- block[:n]
		}
	}()
	return blocks
}

// HiddenDeadlock checks all hosts at once. Compare [Failures].
func HiddenDeadlock(hosts []string, check func(host string) error) []error {
	failures := make(chan error, 10) // never were more than three down
	var checks sync.WaitGroup
	for _, host := range hosts {
		checks.Go(func() {
			if err := check(host); err != nil {
				failures <- err
			}
		})
	}
	// BUG(deadlock, hang, leakprofile, synctest): HiddenDeadlock receives only
	// after all checks: the eleventh failure waits for it, and it for that.
	checks.Wait()
	close(failures)
	var all []error
	for err := range failures {
		all = append(all, err)
	}
	return all
}

// SentIsNotDone stores the events of a request. Compare [Outbox.Close].
func SentIsNotDone(events []string, store func(event string)) {
	queue := make(chan string, len(events))
	go func() {
		for event := range queue {
			store(event)
		}
	}()
	for _, event := range events {
		queue <- event
	}
	// BUG(test): SentIsNotDone returns when all events are in the buffer. If
	// the program ends now, none was stored.
	close(queue)
}

// LeavesTheRest stores events until ctx ends; who gets true from add has handed
// an event over. Compare [Outbox].
func LeavesTheRest(
	ctx context.Context,
	size int,
	store func(event string),
) (add func(event string) bool, ended <-chan struct{}) {
	queue, over := make(chan string, size), make(chan struct{})
	go func() {
		defer close(over)
		for {
			select {
			case event := <-queue:
				store(event)
			case <-ctx.Done():
				// BUG(test): LeavesTheRest ends with events in its buffer that
				// somebody was told are in good hands.
				return
			}
		}
	}()
	return func(event string) bool {
		select {
		case queue <- event:
			return true
		case <-ctx.Done():
			return false
		}
	}, over
}
