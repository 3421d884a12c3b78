package generator

import "iter"

// PageChannel sends the pages of a listing. Compare [Pages] and [Ahead].
func PageChannel(fetch func(page int) string) <-chan string {
	pages := make(chan string)
	go func() {
		defer close(pages)
		for n := 0; ; n++ {
			page := fetch(n)
			if page == "" {
				return
			}
			// BUG(goleak, leakprofile, synctest): PageChannel's goroutine waits
			// for ever to send the next page to a loop that was left by break.
			pages <- page
		}
	}()
	return pages
}

// SameLines tells whether two files are equal, line by line. Compare [Merge].
func SameLines(a, b iter.Seq[string]) bool {
	// BUG(goleak, synctest, test): SameLines returns at the first difference
	// and stops nothing: b's coroutine stays, and its file is never closed.
	next, _ := iter.Pull(b)
	for line := range a {
		if other, ok := next(); !ok || other != line {
			return false
		}
	}
	_, more := next()
	return !more
}
