// GOMAXPROCS is the number of threads that run Go, and those in the kernel come
// on top.
//
// FAILS: another one takes its place
package invoices

// The answers.
const (
	// Line is the one of printer.go at which most threads are held.
	Line = 51
	// Threads is how many threads the goroutines above hold while they wait.
	// (The process has a few more, for the runtime itself.)
	Threads = 256
	// Mend is the letter of what keeps the service from dying that way.
	//
	//	A  GOMAXPROCS=2, for fewer threads
	//	B  debug.SetMaxThreads(400), which is below the limit of the machine
	//	C  a semaphore of 50 around what stands at Line
	//	D  a goroutine of its own for what stands at Line
	//	E  half as many connections
	Mend = "A"
)
