// Package recorder shows that a check fails: it runs one as a test is run, and
// returns what a test would have been failed with. A suite that others hold
// their code to, in the manner of [testing/fstest], proves by it that each of
// its rules can be broken.
package recorder

import (
	"fmt"
	"runtime"
	"sync"
)

// A T takes failures, like a [testing.T] from several goroutines, and fails no
// test. It is what testify's assert and require expect.
type T struct {
	mu       sync.Mutex
	failures []string
}

// Failures runs a check until it returns or gives up, and returns its failures.
func Failures(check func(*T)) []string {
	t := new(T)
	done := make(chan struct{})
	go func() {
		defer close(done)
		check(t)
	}()
	<-done
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.failures
}

// Errorf adds a failure.
func (t *T) Errorf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failures = append(t.failures, fmt.Sprintf(format, args...))
}

// FailNow ends the check, which has to call it itself, as it is with
// [testing.T.FailNow].
func (*T) FailNow() { runtime.Goexit() }

// Helper does nothing: a failure's place is in its text.
func (*T) Helper() {}
