// Package invoices prints invoices, and is one to read.
//
// A goroutine that waits for a channel, a lock, a timer, or for the network is
// put into a list, and its thread goes on with another one. So 10,000
// connections need no thread to wait. Pipes are polled as the network is,
// which is why the goroutines that feed and read the commands need none either.
//
// A call into the kernel that blocks is another matter: the thread is in the
// kernel with it. Each cmd.Run waits so for the end of its command, and that
// is 240. The 16 engines wait for a channel, but runtime.LockOSThread has
// given each of them a thread for itself alone, and nobody else may use it.
// These are 256; the rest of the 264 runs Go, collects garbage and watches.
//
// GOMAXPROCS bounds the threads that run Go at one time, not those that wait in
// the kernel. Where a call blocks in the kernel, or in C, bound how many are
// made at once. (And the font is loaded under a lock for which 639 wait. That
// is a bug of its own.)
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
	Mend = "C"
)
