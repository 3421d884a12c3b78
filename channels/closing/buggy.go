package closing

import (
	"bufio"
	"fmt"
	"io"
	"sync/atomic"
	"time"
)

// A Session watches something in the background until it is closed.
type Session struct{ quit chan struct{} }

// NewSession calls poll at the given interval until the session is closed.
func NewSession(every time.Duration, poll func()) *Session {
	s := &Session{quit: make(chan struct{})}
	go func() {
		t := time.NewTicker(every)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				poll()
			case <-s.quit:
				return
			}
		}
	}()
	return s
}

// Close ends the session. Compare [Stopper].
func (s *Session) Close() {
	// BUG(panic): Session.Close closes a closed channel when it is called
	// again, by a defer after an explicit Close for example.
	close(s.quit)
}

// An Upload collects the parts of a file.
type Upload struct {
	done  chan struct{}
	flush func()
}

// Close stores what is left, and does so once. Compare [Stopper].
func (u *Upload) Close() {
	select {
	case <-u.done:
	default:
		u.flush()
		// BUG(panic): Upload.Close looks first and closes later: two callers
		// at once both find the channel open, and the second panics.
		close(u.done)
	}
}

// An AuditLog takes events from all handlers. Compare [Mailbox].
type AuditLog struct {
	closed atomic.Bool
	lines  chan string
}

// Write hands the event to whoever stores the lines.
func (l *AuditLog) Write(event fmt.Stringer) error {
	if l.closed.Load() {
		return ErrClosed
	}
	// BUG(panic, race): AuditLog.Write has looked at the flag before, and
	// sends on what another goroutine has closed since.
	l.lines <- event.String()
	return nil
}

// Close ends the log. The flag does keep a second Close away.
func (l *AuditLog) Close() {
	if l.closed.CompareAndSwap(false, true) {
		close(l.lines)
	}
}

// RecoveredSend reports whether the subscriber has taken the event. Compare
// [Mailbox.Send].
func RecoveredSend(subscriber chan<- string, event fmt.Stringer) (ok bool) {
	// BUG(race, test): RecoveredSend takes any panic for a closed channel, that
	// of the event's own String too, and leaves the race with close as it was.
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	subscriber <- event.String()
	return true
}

// ReceiverCloses returns the first of the rows that match, and stops the query
// which sends them. Compare [Lines]: there the receiver cancels.
func ReceiverCloses(
	query func(rows chan<- string),
	match func(string) bool,
) string {
	rows := make(chan string)
	go query(rows)
	for row := range rows {
		if match(row) {
			// BUG(panic, race): ReceiverCloses closes the channel of a sender
			// that knows nothing of it: the next send panics.
			close(rows)
			return row
		}
	}
	return ""
}

// LateError sends the lines of r, and then says what went wrong. Compare
// [Lines].
func LateError(r io.Reader) (lines <-chan string, failed func() error) {
	out := make(chan string)
	var err error
	go func() {
		s := bufio.NewScanner(r)
		for s.Scan() {
			out <- s.Text()
		}
		close(out)
		// BUG(race): LateError writes its error after the close that should
		// publish it, while the receiver reads it already.
		err = s.Err()
	}()
	return out, func() error { return err }
}
