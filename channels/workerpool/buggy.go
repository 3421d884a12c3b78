package workerpool

import "sync"

// SendAllFirst makes thumbnails with the pool of the guide, whose sizes are 10
// workers and two buffers of 100. Compare [Map].
func SendAllFirst(
	images []string,
	thumbnail func(string) string,
	workers, jobsBuffer, resultsBuffer int,
) []string {
	jobs := make(chan string, jobsBuffer)
	results := make(chan string, resultsBuffer)
	for range workers {
		go func() {
			for image := range jobs {
				results <- thumbnail(image)
			}
		}()
	}
	for _, image := range images {
		// BUG(deadlock, hang, leakprofile, synctest): SendAllFirst sends all
		// jobs before it receives a result: with one job more than there are
		// workers and places in both buffers, it blocks for ever.
		jobs <- image
	}
	close(jobs)
	var made []string
	for range images {
		made = append(made, <-results)
	}
	return made
}

// WaitFirst knows that the results must be closed, and by whom. Compare
// [Unordered].
func WaitFirst(
	images []string,
	thumbnail func(string) string,
	workers, buffer int,
) []string {
	jobs := make(chan string)
	results := make(chan string, buffer)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for image := range jobs {
				results <- thumbnail(image)
			}
		})
	}
	wg.Go(func() {
		defer close(jobs)
		for _, image := range images {
			jobs <- image
		}
	})
	// BUG(deadlock, hang, leakprofile, synctest): WaitFirst waits for the
	// workers, who wait for somebody to receive the results that do not fit
	// into the buffer. Wait and close in a goroutine, or receive there.
	wg.Wait()
	close(results)
	var made []string
	for thumb := range results {
		made = append(made, thumb)
	}
	return made
}
