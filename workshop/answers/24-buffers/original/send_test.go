package pages

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

// With the race detector a pool forgets what it is given, one time in four.
// What a test looks for is therefore looked for many times.
const times = 30

// A browser keeps what it gets, unless it is closed.
type browser struct {
	got    string
	closed bool
	before func() // if set, happens before it reads what it gets
}

var errClosed = errors.New("connection reset by peer")

func (b *browser) Write(p []byte) (int, error) {
	if b.before != nil {
		b.before()
	}
	if b.closed {
		return 0, errClosed
	}
	b.got += string(p)
	return len(p), nil
}

// pageOf is a page of so many lines, each with the customer's name.
func pageOf(name string, lines int) func(*bytes.Buffer) error {
	return func(buf *bytes.Buffer) error {
		for range lines {
			buf.WriteString(name)
			buf.WriteByte('\n')
		}
		return nil
	}
}

// send sends ann a page of three lines, and looks at what she gets.
func send(t *testing.T, after string) {
	t.Helper()
	b := &browser{}
	if err := Send(b, pageOf("ann", 3)); err != nil {
		t.Fatalf("Nothing failed, and Send returned %v.", err)
	}
	if b.got != "ann\nann\nann\n" {
		t.Fatalf("%s, ann gets a page of another customer, or of nobody: %.60q", after, b.got)
	}
}

func TestSend_afterAnError(t *testing.T) {
	errRow := errors.New("bad row")
	for range times {
		b := &browser{}
		err := Send(b, func(buf *bytes.Buffer) error {
			_ = pageOf("bob", 2)(buf)
			return errRow
		})
		if !errors.Is(err, errRow) || b.got != "" {
			t.Fatalf("bob's page failed with %q. Send returned %v, and bob got %q.", errRow, err, b.got)
		}
		send(t, "After bob's page has failed half way")
	}
}

func TestSend_afterAPanic(t *testing.T) {
	for range times {
		func() {
			defer func() {
				if recover() == nil { // as net/http does
					t.Fatal("The panic of a page is gone: nobody will know of it.")
				}
			}()
			_ = Send(io.Discard, func(buf *bytes.Buffer) error {
				_ = pageOf("bob", 2)(buf)
				panic("index out of range")
			})
		}()
		send(t, "After a panic in bob's page")
	}
}

func TestSend_afterACustomerHasLeft(t *testing.T) {
	for range times {
		if err := Send(&browser{closed: true}, pageOf("bob", 2)); !errors.Is(err, errClosed) {
			t.Fatalf("bob's browser was closed, and Send returned %v.", err)
		}
		send(t, "After bob has closed his browser")
	}
}

// While one page is written, or read, others are sent.
func TestSend_whileOthersAreSent(t *testing.T) {
	for range times {
		_ = Send(&browser{closed: true}, pageOf("bob", 2))
		b := &browser{before: func() { send(t, "While bob's browser reads") }}
		err := Send(b, func(buf *bytes.Buffer) error {
			_ = pageOf("bob", 1)(buf)
			send(t, "While bob's page is written")
			return pageOf("bob", 1)(buf)
		})
		if err != nil || b.got != "bob\nbob\n" {
			t.Fatalf("While ann's pages were sent, bob gets a page of another customer, or of nobody: %.60q, %v", b.got, err)
		}
	}
}

func TestSend_keepsNoLargeBuffer(t *testing.T) {
	const large = 4 * maxKept
	page := pageOf(strings.Repeat("x", 1<<10), large>>10)
	before := heap()
	for range 5 {
		_ = Send(io.Discard, func(buf *bytes.Buffer) error {
			_ = Send(io.Discard, func(buf *bytes.Buffer) error {
				_ = Send(io.Discard, page)
				return page(buf)
			})
			return page(buf)
		})
		if now := heap(); now > before+large/2 {
			t.Fatalf("Three pages of %d kB were sent, and %d kB are kept for the next ones, which have three lines.",
				large>>10, (now-before)>>10)
		}
	}
}

// heap returns how many bytes are in use. What is in a pool stays there for the
// first collection.
func heap() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

func TestSend_usesBuffersAgain(t *testing.T) {
	page := pageOf(strings.Repeat("x", 1<<10), 16)
	used := garbage(func() { _ = Send(io.Discard, page) })
	fresh := garbage(func() { _ = page(new(bytes.Buffer)) })
	if used > fresh*2/3 {
		t.Errorf("For each page of 16 kB, %d kB of garbage are made, as many as with a new buffer each time (%d kB).",
			used>>10, fresh>>10)
	}
}

// garbage returns how many bytes f allocates, on average.
func garbage(f func()) int {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	const calls = 100
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range calls {
		f()
	}
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc-before.TotalAlloc) / calls
}
