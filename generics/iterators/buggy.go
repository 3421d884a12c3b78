package iterators

import (
	"bufio"
	"io"
	"iter"
	"math"
)

// A Menu is a tree of dishes, sorted by name. Compare [Node].
type Menu struct {
	left, right *Menu
	dish        string
}

// Add adds a dish and returns the menu, which may be nil before.
func (m *Menu) Add(dish string) *Menu {
	switch {
	case m == nil:
		return &Menu{dish: dish}
	case dish < m.dish:
		m.left = m.left.Add(dish)
	default:
		m.right = m.right.Add(dish)
	}
	return m
}

// All yields the dishes in order. Compare [Node.All].
func (m *Menu) All() iter.Seq[string] {
	var walk func(m *Menu, yield func(string) bool)
	walk = func(m *Menu, yield func(string) bool) {
		if m == nil {
			return
		}
		walk(m.left, yield)
		// BUG(panic): Menu.All returns from one level of its recursion when
		// the loop breaks; the level above yields on, and the runtime panics.
		if !yield(m.dish) {
			return
		}
		walk(m.right, yield)
	}
	return func(yield func(string) bool) { walk(m, yield) }
}

// Align yields the lines of two texts side by side. Compare [Zip].
func Align(a, b iter.Seq[string]) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		// BUG(goleak, synctest, test): Align never stops what it pulls: a loop
		// that breaks leaves b's coroutine behind, and b closes nothing.
		next, _ := iter.Pull(b)
		for line := range a {
			other, ok := next()
			if !ok || !yield(line, other) {
				return
			}
		}
	}
}

// Preview returns the first n lines of a log that is still being written.
// Compare [Take].
func Preview(lines iter.Seq[string], n int) []string {
	var first []string
	for line := range lines {
		// BUG(deadlock, hang, leakprofile, synctest): Preview asks for one
		// line more than it wants, and waits for it with n lines in its hands.
		if len(first) == n {
			break
		}
		first = append(first, line)
	}
	return first
}

// Batches yields the rows n at a time, for a bulk insert. Compare [Chunk].
func Batches(rows iter.Seq[int], n int) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		batch := make([]int, 0, n)
		for row := range rows {
			// BUG(race, test): Batches writes each batch over the one before,
			// which a consumer that collects or sends batches still holds.
			batch = append(batch, row)
			if len(batch) == n {
				if !yield(batch) {
					return
				}
				batch = batch[:0]
			}
		}
		if len(batch) > 0 {
			yield(batch)
		}
	}
}

// Spread returns the standard deviation of the readings. Compare [Mean].
func Spread(readings iter.Seq[float64]) float64 {
	mean, _ := Mean(readings)
	n, sum := 0, 0.0
	// BUG(test): Spread ranges over its readings a second time, which yields
	// nothing if they come from a channel or a reader: the result is NaN.
	for r := range readings {
		n++
		sum += (r - mean) * (r - mean)
	}
	return math.Sqrt(sum / float64(n))
}

// Names yields the names in a file, one a line. Compare [Lines].
func Names(r io.Reader) iter.Seq[string] {
	return func(yield func(string) bool) {
		lines := bufio.NewScanner(r)
		// BUG(test): Names ends in the same way at the end of the file and at
		// an error: a connection that breaks is a short list of names.
		for lines.Scan() {
			if !yield(lines.Text()) {
				return
			}
		}
	}
}
