package invoices

import (
	"crypto/sha256"
	"fmt"
	"testing"
)

// The answers are kept as hashes, so that reading the test gives none away.

func TestLine(t *testing.T) {
	switch hash("Line", Line) {
	case "a701b65b627c0be8":
	case "8cc06c69a91d017c":
		t.Errorf("At line %d goroutines wait in a select, in Go. 4100 of them need memory, and no thread.", Line)
	case "22b8030bd716db91", "475a7970a20f28f6":
		t.Errorf("Line %d keeps customers waiting, and that is a bug of its own. It is a wait in Go, and holds no thread.", Line)
	case "e23c5827a5f25252":
		t.Errorf("At line %d each goroutine does hold a thread. There are more of them elsewhere.", Line)
	default:
		t.Errorf("Line %d of printer.go is not where most threads are held. Which goroutines wait in the kernel?", Line)
	}
}

func TestThreads(t *testing.T) {
	switch hash("Threads", Threads) {
	case "5ec19787eaa0b839":
	case "f6efb97fbc0430f7":
		t.Errorf("%d is right for those in the kernel. Some others wait in Go, and hold a thread all the same.", Threads)
	case "47ba98c583bc5b15":
		t.Errorf("%d is right for those that are locked to their thread. What about those in the kernel?", Threads)
	case "979f9a6bd29cb52e":
		t.Errorf("%d is what the process has, with those of the runtime itself. The goroutines hold fewer.", Threads)
	case "fc33c7b7a1c58a4f", "c67b8ee52364d019", "999d7cda2f2fbaed", "8cf05f5554329f3c", "75d848dc3863edf9", "d65c96f9a651a636":
		t.Errorf("%d counts goroutines that write to the command and read from it.\n"+
			"[IO wait] is a wait for the network poller, which pipes use as well.", Threads)
	case "6a830a1b7590fb4f":
		t.Errorf("%d is the number of goroutines. The process has 264 threads, so most need none.", Threads)
	case "c3a2767b2c0d001b":
		t.Errorf("GOMAXPROCS bounds the threads that run Go. Those that wait in the kernel are not among them.")
	default:
		t.Errorf("%d threads is not what the goroutines above hold. Look at the word in brackets of each.", Threads)
	}
}

func TestMend(t *testing.T) {
	switch hash("Mend", Mend) {
	case "e70c8c728cdc6962":
	case "9e225faa39a51127":
		t.Errorf("Mend %s: GOMAXPROCS bounds the threads that run Go.\n"+
			"One that waits in the kernel does not count, and another one takes its place.", Mend)
	case "e63fd4dc029d834d":
		t.Errorf("Mend %s: with one thread more than that, the runtime itself ends the process. It would die earlier.", Mend)
	case "37b54d6edd241888":
		t.Errorf("Mend %s: whichever goroutine makes the call, it holds a thread until the kernel returns.", Mend)
	case "30147d895a2687ea":
		t.Errorf("Mend %s: a connection that waits holds no thread, so half as many hold none as well.\n"+
			"That has been tried.", Mend)
	default:
		t.Errorf("Mend %q is none of the letters A to E.", Mend)
	}
}

func hash(name string, value any) string {
	return fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%s=%v", name, value)))[:16]
}
