// Package pipeline chains stages that each receive, work and send, and shows
// three ways in which the chain does not end, or ends and does not say why. It
// belongs to part 3.4 of the guide.
//
// Channels carry values down the chain, and the close of a channel says that
// no more will come. Nothing goes up the chain: a stage that wants to send does
// not learn that the one below it has left.
//
//	source            fetch            consumer
//	urls <- c         pages <- b       return a   // found it
//	// for ever       // for ever
//
// And a close says nothing about why: after a failure it looks like the end.
//
// # What to write
//
// One errgroup for the chain. Its ctx is what goes up: every stage selects on
// it, so a failure, or a consumer that cancels, ends them all. Its Wait is what
// tells a whole result from a part of one. [Source] and [Map] are stages of
// that kind; a stage of your own is a g.Go whose function
//
//   - defers the close of the channel that it sends on,
//   - has ctx.Done beside each receive and each send,
//   - returns its own error, or context.Cause(ctx) where that is why it ended.
//
// # What it costs
//
// One value over one hop, as a multiple of what a buffered channel takes (room
// for 128, the sender selects on ctx too), measured on a 2-core AMD EPYC:
//
//	channel without a buffer         3 to 4
//	channel with a buffer            1
//	iter.Pull                        0.7 to 0.9
//	batches of 64 over a channel     1/17 to 1/12
//	batches of 128                   1/28 to 1/18
//	range over an iter.Seq           1/44 to 1/36
//
//	go test -run='^$' -bench=Hop -count=5 ./pipeline
//
// The 1 was 80 to 100 ns. Beside a query or a file that is nothing. Where the
// work on a value is as short as the hop, send batches; and where no two stages
// need to run at the same time, chain iterators, which need no goroutine, no
// ctx and no close. A buffer also lets each stage run ahead of the next by its
// size; the stages here have none, and hold one value each.
//
// # What finds it
//
// Stages left behind are leaks that goleak, the goroutineleak profile and
// synctest report ([FirstMatch]). An error that was swallowed is seen by
// nothing but a test that fails a stage in the middle and asks for the error
// ([ImportRows]).
package pipeline

import (
	"context"
	"iter"

	"golang.org/x/sync/errgroup"
)

// Source sends the values until there are no more or ctx ends, and closes its
// channel. It runs values on a goroutine of its own; an iterator that waits
// for something must itself look at ctx.
//
// g and ctx come from one errgroup.WithContext. g must not have a limit below
// the number of stages: each of them waits for the others. g.Wait returns nil
// if and only if every stage came to its end: ask it after the loop over the
// last channel, and only then use what came. A consumer that leaves that loop
// early cancels a ctx above g's and then waits for g too.
func Source[T any](
	ctx context.Context,
	g *errgroup.Group,
	values iter.Seq[T],
) <-chan T {
	out := make(chan T)
	g.Go(func() error {
		defer close(out)
		for v := range values {
			select {
			case out <- v:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		return nil
	})
	return out
}

// Map sends f of each value of in, in order, and closes its channel when in is
// closed, f fails or ctx ends. The first error of any stage cancels the ctx
// that f gets, and is what g.Wait returns; see [Source] for g.
//
// f is called for one value at a time. One result waits to be received while
// nothing more is taken from in, so a slow consumer slows the whole chain.
func Map[A, B any](
	ctx context.Context,
	g *errgroup.Group,
	in <-chan A,
	f func(context.Context, A) (B, error),
) <-chan B {
	out := make(chan B)
	g.Go(func() error {
		defer close(out)
		for {
			var a A
			var ok bool
			select {
			case a, ok = <-in:
			case <-ctx.Done():
			}
			if !ok || ctx.Err() != nil {
				return context.Cause(ctx) // nil: in has come to its end
			}
			b, err := f(ctx, a)
			if err != nil {
				return err
			}
			select {
			case out <- b:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
	})
	return out
}
