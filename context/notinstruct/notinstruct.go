// Package notinstruct shows whose ctx a method obeys: its caller's, or that
// of whoever made the value. It belongs to part 4.3 of the guide, rule 2: do
// not store a ctx in a struct.
//
// A ctx belongs to one operation. A value that keeps one and serves many
// operations gives all of them the fate and the name of a single one:
//
//	ana's request                       bob's request
//	ledger = NewBoundLedger(ctx, bank)
//	ledger.Book("rent")
//	returns: net/http cancels ctx
//	                                    ledger.Book("wages")
//	                                    // context canceled, for ever; and
//	                                    // were ana still here, it would be
//	                                    // her name in the books
//
// In a test each case has a value of its own, and all is well.
//
// # What to write
//
// Every method that may block takes ctx first, Close too: the value outlives
// its callers, and each of them has its own patience. What a value needs to
// know of its own end is a channel or a flag, not a ctx ([Ledger]).
//
// Where an interface leaves no room for ctx, as io.Reader does, make a value
// for one operation and let it die with it. Then its ctx is the operation's,
// and storing it is fine: http.Request and exec.Cmd are such values, and so is
// an iterator that captures ctx. The border is not the struct but its life:
// does anybody use the value after the call that brought the ctx?
//
// The guide says "create fresh per request". That is net/http's part, once,
// at the door. From there a ctx is passed on or derived from: a fresh one in
// the middle ends with nobody. See package everycall.
//
// Source: go.dev/blog/context-and-structs (2021), which also tells why
// http.Request has a ctx all the same: its signatures were older than ctx.
//
// # What finds it
//
// The linter containedctx, at the type. It cannot know how long a value lives,
// so it reports the good ones too. Of the detectors only those for hangs, and
// only where the stored ctx never ends (the goroutineleak profile is silent: a
// ctx that main holds might yet end). A wrong name in the books is for a test
// with two callers.
package notinstruct

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// ErrClosed says that the ledger takes no more entries.
var ErrClosed = errors.New("ledger is closed")

// A Bank books one entry, under the user that ctx names. It heeds ctx.
type Bank func(ctx context.Context, entry string) error

// A Ledger books entries with its bank, which must be set. It may be used by
// many callers at once.
type Ledger struct {
	Bank Bank

	mu      sync.Mutex
	running int           // calls of Book
	idle    chan struct{} // made by Close, closed with the last of them
}

// Book books the entry for its caller: under ctx's values, no longer than ctx
// lives.
func (l *Ledger) Book(ctx context.Context, entry string) error {
	if !l.enter() {
		return ErrClosed
	}
	defer l.leave()
	if err := l.Bank(ctx, entry); err != nil {
		return fmt.Errorf("book %s: %w", entry, err)
	}
	return nil
}

// Close lets no more entries in and waits for those on their way, until ctx
// ends. Then it returns ctx's cause; the entries go on, each as long as its
// own caller has patience. Close may be called again, to go on waiting.
func (l *Ledger) Close(ctx context.Context) error {
	select {
	case <-l.close():
		return nil
	case <-ctx.Done():
		return fmt.Errorf("close ledger: %w", context.Cause(ctx))
	}
}

func (l *Ledger) close() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.idle == nil {
		l.idle = make(chan struct{})
		if l.running == 0 {
			close(l.idle)
		}
	}
	return l.idle
}

func (l *Ledger) enter() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.idle != nil {
		return false
	}
	l.running++
	return true
}

func (l *Ledger) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running--
	if l.running == 0 && l.idle != nil {
		close(l.idle)
	}
}
