package detect_test

import (
	"errors"
	"testing"
	"time"

	"example.com/goguide/detect"
)

// t stands for the test's own parameter.
var t *testing.T

// Abandoned asks for an answer and leaves before it comes.
func Abandoned() {
	answer := make(chan int)
	go func() {
		answer <- 42 // BUG(goleak, leakprofile, synctest): nobody receives from Abandoned's goroutine, so it never ends
	}()
}

// Awaited takes the answer.
func Awaited() int {
	answer := make(chan int)
	go func() { answer <- 42 }()
	return <-answer
}

// The note stands in Abandoned; the test is named after it.
func ExampleBug() {
	// func TestAbandoned(t *testing.T) {
	detect.Bug(t, Abandoned)
	// }
}

// Assertions go inside the scenario: what it writes to a captured variable
// stays in the child.
func ExampleFix() {
	detect.Fix(t, func() {
		if got := Awaited(); got != 42 {
			t.Errorf("Awaited() = %d", got)
		}
	})
}

// Run fails nothing, so it can ask what a detector makes of any code.
func ExampleRun() {
	r := detect.Run(t, detect.Goleak, Abandoned)
	if r.State == detect.Caught {
		t.Logf("after %d runs, %v of CPU: %s", r.Runs, r.CPU, r.Text)
	}
}

// Code that talks to the network cannot be judged in a synctest bubble, and
// this one needs longer than a second.
func ExampleWithout() {
	detect.Fix(t, func() { _ = errors.New("a slow conversation over TCP") },
		detect.Within(5*time.Second),
		detect.Without("real I/O", detect.Synctest))
}

func TestAbandoned(t *testing.T) { detect.Bug(t, Abandoned) }

func TestAwaited(t *testing.T) {
	detect.Fix(t, func() {
		if got := Awaited(); got != 42 {
			t.Errorf("Awaited() = %d", got)
		}
	})
}
