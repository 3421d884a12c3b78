// Package report counts the visits of each page, and is one to read.
//
// # What people see
//
// The numbers of the pages add up to more than the total. It is a few in a
// million, on busy days. Somebody ran one server with -race for a night, and
// this was in its log in the morning:
//
//	==================
//	WARNING: DATA RACE
//	Read at 0x00c000016028 by goroutine 8:
//	  example.com/shop/report.(*Visits).Merge()
//	      example.com/shop/report/visits.go:32 +0x224
//	  main.(*collector).hourly()
//	      example.com/shop/main.go:22 +0x5b
//	  main.(*collector).run()
//	      example.com/shop/main.go:17 +0x7b
//	  main.main.gowrap1()
//	      example.com/shop/main.go:30 +0x33
//
//	Previous write at 0x00c000016028 by goroutine 7:
//	  example.com/shop/report.(*Visits).Add()
//	      example.com/shop/report/visits.go:23 +0xef
//	  example.com/shop/report.(*Visits).Serve()
//	      example.com/shop/report/visits.go:46 +0x4b
//	  example.com/shop/report.(*Visits).Start.func1()
//	      example.com/shop/report/visits.go:53 +0xe
//
//	Goroutine 8 (running) created at:
//	  main.main()
//	      example.com/shop/main.go:30 +0x1be
//
//	Goroutine 7 (running) created at:
//	  sync.(*WaitGroup).Go()
//	      sync/waitgroup.go:238 +0x72
//	  main.main()
//	      example.com/shop/main.go:28 +0xd7
//	==================
//
// # Your task
//
// visits.go is the code. Read the report, look at the lines, and fill in the
// answers below. Nothing is to be mended.
package report

// The answers. The lines are those of visits.go.
const (
	// Line is the one at which memory is used without its lock.
	Line = 0
	// Memory is what two goroutines use there, as visits.go names it: a name
	// of a field.
	Memory = ""
	// Started is the line that starts the goroutine of the older access. (The
	// function that it stands in was inlined; the report has the line all the
	// same.)
	Started = 0
)
