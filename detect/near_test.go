package detect

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"
)

// What no detector may report: each comes close to something that one does.

var (
	packageChannel = make(chan int, 1)
	packageOnce    sync.Once
	packageCounter int
)

var nearMisses = map[string]func(){
	"a sender with room": func() {
		c := make(chan int, 1)
		go func() { c <- 1 }()
	},
	"a counter under a lock": func() {
		var (
			mu sync.Mutex
			wg sync.WaitGroup
			n  int
		)
		for range 50 {
			wg.Go(func() { mu.Lock(); n++; mu.Unlock() })
		}
		wg.Wait()
		if n != 50 {
			panic("lost update")
		}
	},
	"a hand-over through a channel": func() {
		n := 0
		done := make(chan struct{})
		go func() { n++; close(done) }()
		<-done
		n++
	},
	"a publication by an atomic": func() {
		data := 0
		var ready atomic.Bool
		go func() { data = 1; ready.Store(true) }()
		for !ready.Load() {
			time.Sleep(time.Millisecond)
		}
		data++
	},
	// A second run in the same process would block here for ever, close twice
	// or race with the first: that is why every run has a fresh process.
	"state of the package": func() {
		packageChannel <- 1
		packageOnce.Do(func() { packageCounter++ })
		go func() { _ = packageCounter }()
	},
	"a panic that is recovered": func() {
		defer func() { _ = recover() }()
		panic("fatal error: all goroutines are asleep - deadlock!")
	},
	"a goroutine that ends after the scenario": func() {
		go func() { time.Sleep(30 * time.Millisecond) }()
	},
	"a goroutine that ends at a cancel after the scenario": func() {
		ctx, cancel := context.WithCancel(context.Background())
		go func() { <-ctx.Done() }()
		time.AfterFunc(20*time.Millisecond, cancel)
	},
	"words that look like a report": func() {
		_, _ = io.WriteString(os.Stderr, "==================\nWARNING: DATA RACE\npanic: no\nfatal error: no\n")
		_, _ = io.WriteString(os.Stdout, "--- FAIL: TestX\ngoroutineleak profile: total 7\n")
	},
	"a closed standard output": func() {
		_ = os.Stdout.Close()
		_ = os.Stderr.Close()
	},
	"a flood of output": func() {
		line := make([]byte, 1<<16)
		for range 64 {
			_, _ = os.Stdout.Write(line)
		}
	},
}

// realIO are the near-misses that a bubble cannot hold.
var realIO = map[string]func(){
	"a sleep under a lock": sleepsUnderLock,
	"a conversation over TCP": func() {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			panic(err)
		}
		served := make(chan error)
		go func() {
			c, err := l.Accept()
			if err == nil {
				_, err = io.Copy(c, c)
				err = errors.Join(err, c.Close())
			}
			served <- err
		}()
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			panic(err)
		}
		_, _ = c.Write([]byte("hello"))
		_, _ = io.ReadFull(c, make([]byte, len("hello")))
		_ = c.Close()
		if err := <-served; err != nil {
			panic(err)
		}
		_ = l.Close()
	},
	"a process": func() {
		// It inherits no order: it must not take itself for a child.
		out, err := exec.Command(self, "-test.run=^$").CombinedOutput()
		if err != nil {
			panic(string(out))
		}
	},
}

// abandonedListener ends within the limit, but its goroutine waits for the
// network when it returns: no bubble can tell that from work.
func abandonedListener() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() { _, _ = l.Accept() }()
	time.AfterFunc(100*time.Millisecond, func() { _ = l.Close() })
}

// sleepsUnderLock is correct, and yet no bubble can hold it: its clock stands
// still while the other goroutine waits for the lock.
func sleepsUnderLock() {
	var once sync.Once
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() { once.Do(func() { time.Sleep(10 * time.Millisecond) }) })
	}
	both.Wait()
}
