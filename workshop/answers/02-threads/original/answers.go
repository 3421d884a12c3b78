// Package invoices prints invoices, and is one to read.
//
// # What people see
//
// On the last day of the month, when all invoices are printed, the service
// dies:
//
//	runtime: failed to create new OS thread (have 500 already; errno=11)
//
// On a quiet day it has 24 threads. The team blames the many connections, and
// has halved their number, in vain. This is from the hour before: the figures
// of the process, and its goroutines. Equal stacks are counted, and shortened
// to a few calls.
//
//	GOMAXPROCS 8, goroutines 11198, threads 264
//
//	4600 [IO wait]:
//	  internal/poll.(*FD).Read
//	  net.(*conn).Read
//	  net/http.(*conn).serve
//
//	4100 [select]:
//	  invoices.(*Printer).Remind          printer.go:58
//
//	880 [IO wait]:
//	  internal/poll.(*FD).Read
//	  net.(*conn).Read
//	  net/http.(*connReader).backgroundRead
//
//	639 [sync.Mutex.Lock]:
//	  sync.(*Mutex).Lock
//	  invoices.(*Printer).Font            printer.go:37
//	  net/http.(*conn).serve
//
//	240 [syscall]:
//	  internal/syscall/unix.Waitid
//	  os.(*Process).Wait
//	  os/exec.(*Cmd).Run
//	  invoices.(*Printer).Render          printer.go:51
//	  net/http.(*conn).serve
//
//	240 [IO wait]:
//	  internal/poll.(*FD).Write
//	  os.(*File).Write
//	  os/exec.(*Cmd).childStdin.func1
//
//	240 [IO wait]:
//	  internal/poll.(*FD).Read
//	  os.(*File).Read
//	  os/exec.(*Cmd).writerDescriptor.func1
//
//	240 [select]:
//	  os/exec.(*Cmd).watchCtx
//
//	16 [chan receive, locked to thread]:
//	  invoices.(*Printer).engine          printer.go:30
//	  created by invoices.(*Printer).Start
//
//	1 [IO wait]:
//	  net.(*conn).Read
//	  invoices.(*Printer).Font            printer.go:40
//	  net/http.(*conn).serve
//
//	and 2 more
//
// # Your task
//
// printer.go is the code. Find out what holds the threads, and fill in the
// answers below. Nothing is to be mended in the code.
package invoices

// The answers.
const (
	// Line is the one of printer.go at which most threads are held.
	Line = 0
	// Threads is how many threads the goroutines above hold while they wait.
	// (The process has a few more, for the runtime itself.)
	Threads = 0
	// Mend is the letter of what keeps the service from dying that way.
	//
	//	A  GOMAXPROCS=2, for fewer threads
	//	B  debug.SetMaxThreads(400), which is below the limit of the machine
	//	C  a semaphore of 50 around what stands at Line
	//	D  a goroutine of its own for what stands at Line
	//	E  half as many connections
	Mend = ""
)
