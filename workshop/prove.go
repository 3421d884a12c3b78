package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"

	"example.com/goguide/workshop/internal/course"
	"example.com/goguide/workshop/internal/verify"
)

// atOnce is how many exercises are proven side by side: each compiles.
const atOnce = 2

func verifyAll(ctx context.Context, c *call) int {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	exercises := c.Course.Exercises
	if len(c.names) > 0 {
		exercises = nil
		for _, name := range c.names {
			x, err := c.Course.Find(name)
			if err != nil {
				fmt.Fprintln(c.errs, "workshop:", err)
				return exitUsage
			}
			exercises = append(exercises, x)
		}
	}
	drawn := rand.Perm(len(exercises)) // the place of each in a queue
	reports := make([]verify.Report, len(exercises))
	errs := make([]error, len(exercises))
	done := make([]chan struct{}, len(exercises))
	next := make(chan int, len(exercises))
	for i := range exercises {
		done[i] = make(chan struct{})
		next <- i
	}
	close(next)
	var wg sync.WaitGroup
	for range atOnce {
		wg.Go(func() {
			for i := range next {
				reports[i], errs[i] = verify.Exercise(ctx, exercises[i], c.n, drawn[i] < c.wrong)
				close(done[i])
			}
		})
	}
	defer wg.Wait()
	code := exitOK
	for i, x := range exercises {
		<-done[i]
		if errs[i] != nil {
			cancel()
			return c.fail(errs[i])
		}
		c.report(x, reports[i])
		if len(reports[i].Problems) > 0 {
			code = exitNotPassed
		}
	}
	return code
}

func (c *call) report(x *course.Exercise, r verify.Report) {
	word := "ok  "
	if len(r.Problems) > 0 {
		word = "FAIL"
	}
	fmt.Fprintf(c.out, "%s %-16s %2d files tried %d times, the solution at %s CPUs; a verdict takes %s, all %s\n",
		word, x.Name, r.Variants, c.n, verify.CPU, rounded(r.Verdict), rounded(r.Total))
	for _, p := range r.Problems {
		fmt.Fprintf(c.out, "     %s\n", p)
	}
}
