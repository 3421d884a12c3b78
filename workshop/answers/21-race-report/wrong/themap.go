// A map is the first suspect. The report tells an address, and the lines tell
// what is there.
//
// FAILS: is only used under the lock
package report

// The answers. The lines are those of visits.go.
const (
	// Line is the one at which memory is used without its lock.
	Line = 21
	// Memory is what two goroutines use there, as visits.go names it: a name
	// of a field.
	Memory = "pages"
	// Started is the line that starts the goroutine of the older access. (The
	// function that it stands in was inlined; the report has the line all the
	// same.)
	Started = 53
)
