// Goroutine 8 is that of the newer access, and its line is in another file.
//
// FAILS: in another file
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
	Started = 30
)
