package ordone

import "context"

// TailUntilClosed shows the lines of a log until ctx ends. Compare [Range].
func TailUntilClosed(
	ctx context.Context,
	lines <-chan string,
	show func(string),
) error {
	// BUG(deadlock, hang, leakprofile, synctest): TailUntilClosed looks at ctx
	// after each line only. While no line comes, cancel does not reach it.
	for line := range lines {
		if ctx.Err() != nil {
			break
		}
		show(line)
	}
	return context.Cause(ctx)
}

// OrDone is the book's function as it is often copied. Compare [Range].
func OrDone(done <-chan struct{}, events <-chan string) <-chan string {
	out := make(chan string)
	go func() {
		defer close(out)
		for {
			select {
			case <-done:
				return
			case e, ok := <-events:
				if !ok {
					return
				}
				// BUG(goleak, leakprofile, synctest): OrDone's send has no done
				// beside it: when the receiver has left, it blocks for ever.
				out <- e
			}
		}
	}()
	return out
}
