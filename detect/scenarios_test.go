package detect

import (
	"os"
	"runtime/debug"
	"sync"
	"time"
)

// For each detector a scenario that it reports. What makes each one harmless
// stands beside it in nearMisses.

// abandonedSender waits on a channel that nobody else knows.
func abandonedSender() {
	c := make(chan int)
	go func() { c <- 1 }() // BUG(goleak, leakprofile, synctest): nobody receives
}

// unguarded writes from two goroutines at once.
func unguarded() {
	var n int
	done := make(chan struct{})
	go func() { n++; close(done) }()
	n++ // BUG(race): the other goroutine writes the same variable
	<-done
}

// neverWoken blocks the scenario itself.
func neverWoken() {
	<-make(chan int) // BUG(leakprofile, synctest, deadlock, hang): nobody ever sends
}

// lateCrash panics in a goroutine, after the scenario has returned.
func lateCrash() {
	go func() {
		time.Sleep(20 * time.Millisecond)
		panic("too late for recover\nfatal error: this is only the panic's text")
	}() // BUG(panic): no recover stands at the top of this goroutine
}

// bottomless recurses until the stack limit.
func bottomless() {
	debug.SetMaxStack(1 << 20)
	var down func(int) int
	down = func(n int) int { return down(n+1) + 1 } // BUG(fatal): no end
	down(0)
}

// lockedTwice locks a mutex that it holds: no bubble can see that.
func lockedTwice() {
	var mu sync.Mutex
	mu.Lock()
	mu.Lock() // BUG(leakprofile?, deadlock, hang): sync.Mutex is not reentrant
}

// spinning never parks, so no leak detector that looks for blocked goroutines
// can see it.
func spinning() {
	for { // BUG(hang): no way out
	}
}

// quits ends the process behind everybody's back.
func quits() {
	os.Exit(0) // BUG(test): nothing dynamic objects to an exit
}

// cases lists every scenario above with its note's name.
var cases = map[string]func(){
	"abandonedSender": abandonedSender,
	"unguarded":       unguarded,
	"neverWoken":      neverWoken,
	"lateCrash":       lateCrash,
	"bottomless":      bottomless,
	"lockedTwice":     lockedTwice,
	"spinning":        spinning,
	"quits":           quits,
}
