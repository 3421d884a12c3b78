// A new buffer each time is right, and makes as much garbage as the pool was to
// save.
//
// FAILS: as many as with a new buffer
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
	buf := new(bytes.Buffer)
	if err := page(buf); err != nil {
		return fmt.Errorf("writing the page: %w", err)
	}
	if _, err := w.Write(buf.Bytes()); err != nil {
		return fmt.Errorf("sending the page: %w", err)
	}
	return nil
}
