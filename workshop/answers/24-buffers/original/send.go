// Package pages sends pages to customers.
//
// # What people see
//
// A customer sends a picture of a page: on top of it stands half a page with
// another customer's orders. That happens a few times a week, always some
// moments after an error. Besides, a server needs 4 GB after a day, for pages
// of some kB, since somebody prints all orders of a year on one page.
//
// # Your task
//
// Nobody gets anything that is not theirs, whatever fails before. A buffer is
// used again, but not one that has grown large.
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
	defer buffers.Put(buf)
	if err := page(buf); err != nil {
		return fmt.Errorf("writing the page: %w", err)
	}
	if _, err := w.Write(buf.Bytes()); err != nil {
		return fmt.Errorf("sending the page: %w", err)
	}
	buf.Reset()
	return nil
}
