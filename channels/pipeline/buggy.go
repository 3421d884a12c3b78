package pipeline

import (
	"strconv"

	"golang.org/x/sync/errgroup"
)

// FirstMatch fetches pages until one matches. Compare [Source] and [Map].
func FirstMatch(
	urls []string,
	fetch func(string) string,
	match func(string) bool,
) string {
	queue, pages := make(chan string), make(chan string)
	go func() {
		defer close(queue)
		for _, url := range urls {
			queue <- url
		}
	}()
	go func() {
		defer close(pages)
		for url := range queue {
			pages <- fetch(url)
		}
	}()
	for page := range pages {
		if match(page) {
			// BUG(goleak, leakprofile, synctest): FirstMatch returns with its
			// match, and both stages wait for ever to send what comes after it.
			return page
		}
	}
	return ""
}

// ImportRows adds up a column of a file. Compare [Map].
func ImportRows(rows []string) (total int) {
	lines, amounts := make(chan string), make(chan int)
	stop := make(chan struct{})
	go func() {
		defer close(lines)
		for _, row := range rows {
			select {
			case lines <- row:
			case <-stop:
				return
			}
		}
	}()
	go func() {
		defer close(amounts)
		defer close(stop)
		for line := range lines {
			amount, err := strconv.Atoi(line)
			if err != nil {
				// BUG(test): ImportRows closes amounts after a bad row as it
				// does after the last one: the sum of a part looks whole.
				return
			}
			amounts <- amount
		}
	}()
	for amount := range amounts {
		total += amount
	}
	return total
}

// LimitedStages resizes images. Its limit is meant to spare the CPUs. Compare
// [Source], whose group has none.
func LimitedStages(
	images []string,
	resize func(string) string,
	store func(string),
) error {
	originals, small := make(chan string), make(chan string)
	var g errgroup.Group
	g.SetLimit(2)
	g.Go(func() error {
		defer close(originals)
		for _, image := range images {
			originals <- image
		}
		return nil
	})
	g.Go(func() error {
		defer close(small)
		for image := range originals {
			small <- resize(image)
		}
		return nil
	})
	// BUG(deadlock, hang, leakprofile, synctest): LimitedStages has two places
	// for three stages: the first two wait for the third, and it for a place.
	g.Go(func() error {
		for image := range small {
			store(image)
		}
		return nil
	})
	return g.Wait()
}
