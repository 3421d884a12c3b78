// Package logbook keeps what a server under test writes to its log, for a test
// that reads it while the server goes on writing.
package logbook

import (
	"bytes"
	"log/slog"
	"sync"
)

// A Book is an [io.Writer] whose text may be read at any time. The zero Book is
// empty and ready.
type Book struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements [io.Writer].
func (b *Book) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

// String returns all that was written.
func (b *Book) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// Slog returns a logger that writes JSON into the book, a line a record.
func (b *Book) Slog() *slog.Logger { return slog.New(slog.NewJSONHandler(b, nil)) }
