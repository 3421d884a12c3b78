// Package stack shows what a goroutine's stack costs, how it grows, and what
// happens when it never stops growing. It belongs to part 2.1 of the guide.
//
// A goroutine starts with a stack of 2 KiB (8 on Windows), or more if the stacks
// at the last garbage collection were larger on average. A call that needs more
// room moves it to one of at least twice the size; the collector halves one that is mostly unused.
// So depth is cheap, and so is a goroutine that only waits.
//
// Compare it with a thread by the memory in use. "An OS thread takes 2 MB"
// (the guide), or 8 MiB by ulimit -s, is address space that the thread's stack
// may grow into: a limit, not a cost. On linux/amd64 with Go 1.26 each takes
//
//	                      reserved    in use    kernel stack
//	parked goroutine        2.7 kB    2.7 kB    0
//	thread, pure Go           0 kB     17 kB    16 kB
//	thread, cgo           9,100 kB     18 kB    16 kB
//
// where pure Go reserves nothing because it takes these stacks from its heap:
//
//	CGO_ENABLED=0 go test -run '^$' -bench Parked -benchtime 1x ./stack/
//	CGO_ENABLED=1 go test -run '^$' -bench Parked -benchtime 1x ./stack/
//
// A goroutine's stack has a limit too, 1 GB on 64-bit systems
// ([debug.SetMaxStack]). Recursion that ends seldom gets there; recursion
// without an end always does, and then the whole process dies.
//
//	category    parent      stack
//	phones      mobile      2 KiB
//	mobile      phones      2 KiB …  full: 4 KiB
//	phones      mobile      4 KiB …  full: 8 KiB …
//	mobile      phones      fatal error: stack overflow
//
// # What to write
//
// Recursion over data needs an end that the data cannot take away. Where
// people edit the links (a parent, an include, a reply-to), remember what was
// visited and return an error when it comes again ([Breadcrumb]). A loop in
// place of the recursion is no cure: it has no end either, nor a limit.
//
// # What finds it
//
// Only the crash, and only on data with a cycle: a tree a hundred thousand
// levels deep is fine. To a linter it is ordinary code. recover does not catch
// it. In a test, a small debug.SetMaxStack brings the crash in milliseconds
// instead of seconds and a gigabyte.
package stack

import (
	"errors"
	"fmt"
	"slices"
)

// ErrCycle says that a category is its own ancestor.
var ErrCycle = errors.New("category is its own ancestor")

// Breadcrumb returns the categories from the root down to id. The map gives
// each category its parent; a root has none. The error is ErrCycle, wrapped,
// if the way up leads in a circle. It costs one map entry a level.
func Breadcrumb(parents map[string]string, id string) ([]string, error) {
	var trail []string
	seen := map[string]bool{}
	for at := id; at != ""; at = parents[at] {
		if seen[at] {
			return nil, fmt.Errorf("breadcrumb of %q: %q: %w", id, at, ErrCycle)
		}
		seen[at] = true
		trail = append(trail, at)
	}
	slices.Reverse(trail)
	return trail, nil
}
