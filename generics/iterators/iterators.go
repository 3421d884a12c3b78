// Package iterators writes and combines iterators, and shows six ways in which
// one fails whoever does not range to its end, or ranges again. It belongs to
// part 10.1 of the guide.
//
// An iterator is a function that calls yield for each value. A loop that is
// left makes yield return false, and from then on yield must not be called.
// With a recursion it is easy to say that to one level only:
//
//	the loop                       Menu.walk
//	                               left.walk(yield)
//	                                 !yield("bread"): return
//	break
//	                               yield("cake")   // panic
//
// # What to write
//
//   - Push: a function that yields and returns as soon as yield is false. What
//     it opened it closes by defer, so a break, a return and a panic of the
//     loop close it too ([Lines]). A recursion returns a bool at each level
//     ([Node.All]).
//   - Pull, by iter.Pull, only to read several iterators in step ([Zip],
//     [Merge]), with defer stop() under it: it is a coroutine that waits.
//   - Errors: iter.Seq2[T, error] where values come from outside. The error is
//     the last pair, so no loop can overlook it by reading to the end
//     ([Collect]).
//   - Once or again: an iterator over a slice or a file that it opens itself
//     can be ranged over again, one over a channel or a reader cannot. Say
//     which it is in its doc, and take an argument in one pass ([Mean]).
//   - No value that the next one overwrites ([Chunk]), and no value that nobody
//     asked for ([Take]).
//
// The maps and filters are in package transform; of a slice there is
// slices.Chunk. slices.Sorted, slices.Collect and maps.Collect are the ways
// back.
//
// # What it costs
//
// A push costs a call, if the compiler does not inline it. A pull switches to a
// coroutine and back: over two slices of 1,000 values [Zip] takes 100 to 300
// times as long as a loop by index. go test -run='^$' -bench=Zip
//
// # What finds it
//
// A yield after the end is a panic, in the run where the loop breaks: a test
// that ranges to the end sees none ([Menu.All]). A pull that nobody stops is a
// goroutine to goleak and synctest; the goroutineleak profile passes over it,
// for it waits neither for a channel nor for a lock ([Align]). A value too
// many is a deadlock if that value does not come ([Preview]). A buffer that is
// used again is a data race where another goroutine reads it ([Batches]).
// errcheck reports a loop that leaves out the error of an iter.Seq2. An error
// that the iterator swallows and a second range that is empty look like data:
// they take a test ([Names], [Spread]).
//
// # Sources
//
// https://go.dev/blog/range-functions; go.dev/ref/spec#For_range.
package iterators

import (
	"bufio"
	"fmt"
	"io/fs"
	"iter"
	"slices"
)

// A Node is a sorted binary tree: what is to its left comes before it. The nil
// Node is the empty tree.
type Node[T any] struct {
	Left, Right *Node[T]
	Value       T
}

// All yields the values in order. It can be ranged over again.
func (n *Node[T]) All() iter.Seq[T] {
	return func(yield func(T) bool) { n.push(yield) }
}

// push returns false once yield has: no level goes on after that.
func (n *Node[T]) push(yield func(T) bool) bool {
	return n == nil ||
		n.Left.push(yield) && yield(n.Value) && n.Right.push(yield)
}

// Lines yields the lines of a file without their ends. Each range opens the
// file anew, and closes it however the loop is left. An error is the last pair,
// with an empty line; a line of 64 KiB or more is one.
func Lines(fsys fs.FS, name string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		f, err := fsys.Open(name)
		if err != nil {
			yield("", fmt.Errorf("reading lines: %w", err))
			return
		}
		defer func() { _ = f.Close() }() // it was only read: nothing is lost
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			if !yield(lines.Text(), nil) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield("", fmt.Errorf("reading lines of %s: %w", name, err))
		}
	}
}

// Collect returns the values before the first error, and that error as it is.
// It asks for nothing after an error.
func Collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for v, err := range seq {
		if err != nil {
			return all, err
		}
		all = append(all, v)
	}
	return all, nil
}

// Mean returns the mean of the values, and false if there is none. It ranges
// once, so an iterator that can be read only once will do.
func Mean(values iter.Seq[float64]) (mean float64, ok bool) {
	n := 0
	for v := range values {
		n++
		mean += (v - mean) / float64(n)
	}
	return mean, n > 0
}

// Take yields the first n values of seq, or all if there are fewer. It does not
// ask for a value after the n-th, which may be long in coming, and for none at
// all if n is below 1.
func Take[T any](seq iter.Seq[T], n int) iter.Seq[T] {
	return func(yield func(T) bool) {
		if n < 1 {
			return
		}
		left := n // for each range its own
		for v := range seq {
			left--
			if !yield(v) || left == 0 {
				return
			}
		}
	}
}

// Chunk yields the values of seq n at a time, the rest at the end, each chunk
// in memory of its own. It panics if n is below 1, as slices.Chunk does.
func Chunk[T any](seq iter.Seq[T], n int) iter.Seq[[]T] {
	if n < 1 {
		panic("iterators: a chunk of less than one value")
	}
	return func(yield func([]T) bool) {
		var chunk []T
		for v := range seq {
			chunk = append(chunk, v)
			if len(chunk) < n {
				continue
			}
			if !yield(chunk) {
				return
			}
			chunk = nil // it belongs to the loop now
		}
		if len(chunk) > 0 {
			yield(chunk)
		}
	}
}

// Zip yields the first values of a and b, the second, and so on, until one of
// them ends. To learn that b has ended it asks a for one value more, which is
// lost. a runs on the caller's goroutine, b in a coroutine.
func Zip[A, B any](a iter.Seq[A], b iter.Seq[B]) iter.Seq2[A, B] {
	return func(yield func(A, B) bool) {
		next, stop := iter.Pull(b)
		defer stop()
		for v := range a {
			w, ok := next()
			if !ok || !yield(v, w) {
				return
			}
		}
	}
}

// Merge yields the values of several iterators, each in the order of compare,
// in that order; of equal values those of the first iterator come first. It
// reads each iterator one value ahead. A value takes a comparison for each
// iterator: for hundreds use a heap.
func Merge[T any](
	compare func(a, b T) int,
	seqs ...iter.Seq[T],
) iter.Seq[T] {
	type source struct {
		head T
		next func() (T, bool)
	}
	return func(yield func(T) bool) {
		var open []*source
		for _, seq := range seqs {
			next, stop := iter.Pull(seq)
			defer stop() // all of them, when the loop is left
			if v, ok := next(); ok {
				open = append(open, &source{v, next})
			}
		}
		for len(open) > 0 {
			s := slices.MinFunc(open, func(a, b *source) int {
				return compare(a.head, b.head)
			})
			if !yield(s.head) {
				return
			}
			var ok bool
			if s.head, ok = s.next(); !ok {
				open = slices.DeleteFunc(open, func(o *source) bool {
					return o == s
				})
			}
		}
	}
}
