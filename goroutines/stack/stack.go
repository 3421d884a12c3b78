// Package stack shows what a goroutine's stack costs, how it grows, and what
// happens when it never stops growing. It belongs to part 2.1 of the guide.
//
// A goroutine starts with a stack of 2 KiB. A call that needs more moves it
// to a stack of twice the size, and the garbage collector halves one that is
// mostly unused. So depth is cheap, and so is a goroutine that only waits.
//
// Compare it with a thread by memory used, not by memory reserved. "An OS
// thread takes 2 MB" (the guide), or 8 MiB by ulimit -s, is address space that
// the thread may grow into, a limit and not a cost. Measured on linux/amd64,
// Go 1.26, where a "locked" goroutine has a thread to itself:
//
//	                       reserved         in use
//	goroutine, parked                       GOROUTINE
//	thread, pure Go        RES_PURE         USE_PURE
//	thread, cgo            RES_CGO          USE_CGO
//
//	CGO_ENABLED=0 go test -run '^$' -bench Parked -benchtime 1x ./stack/
//	CGO_ENABLED=1 go test -run '^$' -bench Parked -benchtime 1x ./stack/
//
// A stack's own limit is 1 GB on 64-bit systems ([debug.SetMaxStack]). Honest
// recursion does not get there; recursion without an end always does, and
// then the whole process dies. No recover helps.
//
//	category    parent      stack
//	phones      mobile      2 KiB
//	mobile      phones      4 KiB
//	phones      mobile      8 KiB …
//	                        fatal error: stack overflow
//
// # What to write
//
// Recursion over data needs an end that the data cannot take away. Where
// people edit the links (a parent, an include, a reply-to), remember what was
// visited and return an error when it comes again ([Breadcrumb]). A plain loop
// is no cure: it never ends either, and has no stack limit to stop it.
//
// # What finds it
//
// Only the crash, and only on data with a cycle: an acyclic tree a hundred
// thousand levels deep passes every test. To a linter it is ordinary code.
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
