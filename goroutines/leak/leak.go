// Package leak shows five ways to lose a goroutine for good, and how to keep
// each. It belongs to part 2.3 of the guide.
//
// A goroutine that waits for something that never comes is not collected: its
// stack stays, and all that the stack refers to. Nothing crashes. A service
// grows by some KiB a request and is restarted every other week.
//
// Four of the five leaks here have the same shape: one side of a channel left,
// and the other was not told. The fifth is a loop that nobody can end.
//
//	handler                        goroutine
//	answer := make(chan string)
//	                               a := backend()   // slow
//	<-time.After(patience)
//	return ErrTimeout
//	                               answer <- a      // for ever
//
// # What to write
//
// Before a go statement, know how that goroutine ends:
//
//   - It sends one value: give the channel room for it ([Ask], [First]). The
//     late value is dropped with the channel, and the goroutine ends.
//   - It sends many: every send stands in a select with ctx.Done ([Events]).
//   - It receives: the sender closes the channel, on every path ([Each]).
//   - It repeats: the loop selects on ctx.Done too ([Poll]).
//
// A buffer ends the sender, not its work: the backend of [Ask] runs on unless
// it looks at its ctx as well. Nothing in Go stops a goroutine from outside.
//
// # What finds it
//
// goleak and synctest see all five. The goroutineleak profile (part of Go
// since 1.27) needs no test and can be taken in production, yet knows only what
// the garbage collector can prove: while a goroutine waits for a ticker, the
// runtime's timers refer to its channel, so [EndlessTicker] is alive to it. The
// race detector has nothing to say, and of all that reads code only goguide's
// own fireandforget speaks, of EndlessTicker.
package leak

import (
	"context"
	"time"
)

// Ask returns the backend's answer, or the cause of ctx's end if that comes
// first. A backend that does not heed its ctx keeps its goroutine until it
// answers, and for ever if it never does.
func Ask(
	ctx context.Context,
	backend func(context.Context) string,
) (string, error) {
	answer := make(chan string, 1) // room for an answer that nobody awaits
	go func() { answer <- backend(ctx) }()
	select {
	case a := <-answer:
		return a, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// First asks all replicas at once, returns the first answer and cancels the
// others. Without replicas it waits for ctx.
func First(
	ctx context.Context,
	replicas ...func(context.Context) string,
) (string, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answers := make(chan string, len(replicas)) // room for every loser
	for _, ask := range replicas {
		go func() { answers <- ask(ctx) }()
	}
	select {
	case a := <-answers:
		return a, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// Events calls next again and again and sends what it returns, until ctx ends;
// then it closes the channel. The caller may stop receiving at any time, if it
// cancels ctx. A call of next is not cut short, and its value may be dropped.
func Events(ctx context.Context, next func() string) <-chan string {
	events := make(chan string)
	go func() {
		defer close(events)
		for ctx.Err() == nil {
			select {
			case events <- next():
			case <-ctx.Done():
			}
		}
	}()
	return events
}

// Each hands the events to one goroutine, in order, and returns when it has
// handled the last.
func Each(events []string, handle func(string)) {
	queue := make(chan string)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for e := range queue {
			handle(e)
		}
	}()
	for _, e := range events {
		queue <- e
	}
	close(queue)
	<-done
}

// Poll calls refresh at the given interval until ctx ends, and returns the cause
// of that. It runs on the caller's goroutine: who writes the go statement also
// knows how to wait for it.
func Poll(ctx context.Context, every time.Duration, refresh func()) error {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			refresh()
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
