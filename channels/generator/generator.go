// Package generator produces values one by one, as an iterator and over a
// channel, and shows two ways to leave the producer behind. It belongs to part
// 3.4 of the guide.
//
// Before Go 1.23 a function that produces values for a range loop had to
// return a channel, and a goroutine sent on it. The loop may break; the
// goroutine does not learn of it:
//
//	producer                       consumer
//	pages <- first
//	                               p := <-pages; break
//	pages <- second   // for ever
//
// # What to write
//
// An iterator ([Pages]). It runs on the goroutine of its consumer: break,
// return and panic reach it as a yield that returns false, so its deferred
// calls run, its errors are values like any other, and it works only when it
// is asked. A hop costs about a fortieth of one over a buffered channel (see
// package pipeline).
//
// A channel where the two sides are to run at the same time: to produce while
// the consumer is busy, for several consumers, or as one case of a select.
// [Ahead] makes one of an iterator, and needs a ctx to be told of a break.
//
// iter.Pull where two iterators are read in step ([Merge]), for a range
// reads one only. Its stop must be called unless next has said that there is
// no more; write defer stop() under it and think no further.
//
// # What finds it
//
// A goroutine that sends is a leak that all who look for leaks report. What
// iter.Pull leaves is a goroutine too, in the state "coroutine", and it exists
// from the call of Pull on, before any next. goleak and synctest report it. The
// goroutineleak profile does not: it looks at waits for channels and for locks.
// The other half of that bug, a deferred call that never runs, takes a test
// that looks whether the file was closed ([SameLines]).
package generator

import (
	"cmp"
	"context"
	"fmt"
	"iter"
)

// Pages yields the items of a listing that comes in pages, numbered from 0,
// until a page is empty. A page is fetched when its first item is asked for,
// so a break fetches no more. The first error is yielded with a zero item and
// the number of its page, and is the last. ctx is for fetch, which must heed
// it. Each range over the result begins anew with page 0.
func Pages[T any](
	ctx context.Context,
	fetch func(ctx context.Context, page int) ([]T, error),
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for page := 0; ; page++ {
			items, err := fetch(ctx, page)
			if err != nil {
				yield(*new(T), fmt.Errorf("page %d: %w", page, err))
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if len(items) == 0 {
				return
			}
		}
	}
}

// Ahead runs values on a goroutine of its own, up to n+1 values ahead of the
// consumer (n below 0 counts as 0), and closes its channel when there are no
// more or ctx ends. A consumer that breaks cancels ctx. After that, n values
// at most can still be received. An iterator that waits for something must
// itself heed ctx: Ahead cannot stop it but at its next value.
//
// A closed channel does not say whether all values came: ask ctx.Err. For
// values that may fail, see Source in package pipeline.
func Ahead[T any](
	ctx context.Context,
	n int,
	values iter.Seq[T],
) <-chan T {
	out := make(chan T, max(n, 0))
	go func() {
		defer close(out)
		for v := range values {
			select {
			case out <- v:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// Merge yields the values of two ascending iterators in ascending order. It
// reads b one value ahead.
func Merge[T cmp.Ordered](a, b iter.Seq[T]) iter.Seq[T] {
	return func(yield func(T) bool) {
		next, stop := iter.Pull(b)
		defer stop() // on every path: a break, a panic in a, the end
		w, ok := next()
		for v := range a {
			for ; ok && cmp.Less(w, v); w, ok = next() {
				if !yield(w) {
					return
				}
			}
			if !yield(v) {
				return
			}
		}
		for ; ok; w, ok = next() {
			if !yield(w) {
				return
			}
		}
	}
}
