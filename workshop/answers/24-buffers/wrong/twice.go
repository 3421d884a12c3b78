// Once by defer and once by hand is twice: two customers get the same buffer.
//
// FAILS: gets a page of another customer
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
		buffers.Put(buf) // bob has left
		return fmt.Errorf("sending the page: %w", err)
	}
	return nil
}
