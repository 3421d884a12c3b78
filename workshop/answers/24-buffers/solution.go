// Package pages sends pages to customers.
//
// The buffer was emptied at the end of the only way on which nothing fails.
// After an error, or a panic that net/http recovers from, it went back to the
// pool with what was in it, and the next customer's page was written behind
// that. Emptied where it is taken, it does not matter what has happened before.
//
// Put is deferred, so it comes after w has taken it all, and it comes once: a
// buffer that is in the pool twice is given to two at the same time. And one
// that has grown large does not go back, for a pool keeps what is used, and the
// next page of ten lines would use it.
package pages

import (
	"bytes"
	"fmt"
	"io"
	"sync"
)

// maxKept is how large, in bytes, a buffer may be that is used again.
const maxKept = 64 << 10

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Send writes a page to w, in one piece, after page has written it to a buffer.
// If page fails, or panics, w gets nothing.
//
// It may be called by many goroutines, and also by page and by w.
func Send(w io.Writer, page func(buf *bytes.Buffer) error) error {
	buf := buffers.Get().(*bytes.Buffer)
	buf.Reset() // nobody knows how it was left
	defer func() {
		if buf.Cap() <= maxKept {
			buffers.Put(buf)
		}
	}()
	if err := page(buf); err != nil {
		return fmt.Errorf("writing the page: %w", err)
	}
	if _, err := w.Write(buf.Bytes()); err != nil {
		return fmt.Errorf("sending the page: %w", err)
	}
	return nil
}
