// Package report counts the visits of each page, and is one to read.
//
// The two top lines use v.total. Merge does so under the lock, which it holds
// to its end. Add gives the lock back first, and counts the total after that:
// two goroutines read the same number, both write the next, and one visit is
// gone. That Merge is named first means only that it came second, and was seen.
//
// The mend: v.total++ before v.mu.Unlock(), or better, defer v.mu.Unlock()
// right after Lock, so that no line can stand behind it.
package report

// The answers. The lines are those of visits.go.
const (
	// Line is the one at which memory is used without its lock.
	Line = 23
	// Memory is what two goroutines use there, as visits.go names it: a name
	// of a field.
	Memory = "total"
	// Started is the line that starts the goroutine of the older access. (The
	// function that it stands in was inlined; the report has the line all the
	// same.)
	Started = 53
)
