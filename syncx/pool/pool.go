// Package pool reuses buffers by sync.Pool, measures when that pays, and shows
// five ways to misuse one. It belongs to part 6.1 of the guide.
//
// Put gives a value away. Whoever has kept a part of it, by Bytes, by a slice
// of it, by a pointer into it, shares memory with the next caller of Get, and
// neither knows of the other:
//
//	request 1                        request 2
//	buf := Get()
//	write "ada" to it
//	body := buf.Bytes()
//	Put(buf)
//	                                 buf := Get()        // the same
//	                                 write "rob" to it
//	send body            // "rob", to ada
//
// # What to write
//
// [Buffers.Render], whose caller cannot keep the buffer past its end without
// trying; else [Buffers.Get] and [Buffers.Put], which do what is forgotten:
//
//   - Reset, on the way in: then no path of the code that had it can skip that.
//   - A limit: a buffer that has once grown to 64 MiB is not put back, or the
//     pool soon holds nothing else (golang/go#23199).
//   - Pointers only: an interface holds a pointer as it is, and allocates for a
//     slice or a struct.
//
// A pool promises nothing: what is put may be gone at the next Get. It has a
// place for each P, the collector empties it in two cycles, and under -race
// Put drops one value in four at random. So it is no pool of connections, and
// a test must not rely on getting back what it has put.
//
// # When it pays
//
// Against a new buffer of the size that is written, which escapes; live is how
// much memory the process holds otherwise:
//
//	go test -run='^$' -bench=Time -benchtime=5x -count=3 ./pool
//
//	time, make = 1            1 goroutine   2 goroutines   8 goroutines
//	64 B,   live 0            0.07 to 0.16  0.18 to 0.21   0.07 to 0.09
//	        live 256 MiB      0.03 to 0.43  0.30 to 0.39   0.23 to 0.51
//	4 KiB,  live 0            0.01          below 0.01     below 0.02
//	        live 256 MiB      below 0.01    below 0.01     below 0.03
//	64 KiB, live 0            0.01 to 0.02  0.02           0.01
//	        live 256 MiB      0.06 to 0.15  0.14           about 0.1
//
// That was Go 1.26 on two cores with much else to do. The collector runs when
// the heap has doubled, so all the time in a process that holds nothing: a
// benchmark without live memory may flatter a pool. A warm one allocates less
// than a thousandth of the bytes, and the collector does not run for it:
//
//	go test -run='^$' -bench=Garbage -benchtime=2x ./pool
//
// It does not pay for a buffer that need not escape: the stack took at most
// half of the pool's time for 64 bytes.
//
// # What finds it
//
// The race detector sees a buffer that is used by two at once, if a test has
// two at once. Put and Get order what each of them does before and after, so
// what a request finds of another's data is no race: only a test that looks at
// the result sees it, and one request alone finds nothing. staticcheck sees a
// value that is no pointer (SA6002).
package pool

import (
	"bytes"
	"fmt"
	"io"
	"sync"
)

// MaxKept is the capacity in bytes up to which a [Buffers] keeps a buffer. It
// is to cover most of what is rendered, not all.
const MaxKept = 64 << 10

// Buffers reuses buffers. The zero value is ready. It must not be copied. All
// methods may be called concurrently.
type Buffers struct{ pool sync.Pool }

// Get returns an empty buffer, which is the caller's alone until it is put
// back. One that is not put back is collected as any.
func (b *Buffers) Get() *bytes.Buffer {
	if buf, ok := b.pool.Get().(*bytes.Buffer); ok {
		return buf
	}
	return new(bytes.Buffer)
}

// Put takes back a buffer, of [Buffers.Get] or not, and forgets it if it has
// grown beyond [MaxKept]. The caller must not touch it any more, nor what its
// Bytes has returned, nor put it twice.
func (b *Buffers) Put(buf *bytes.Buffer) {
	if buf.Cap() > MaxKept {
		return
	}
	buf.Reset()
	b.pool.Put(buf)
}

// Render lets fill write to a buffer, and writes that to w at once, or nothing
// if fill returns an error. It is for what must not be sent by halves: a page,
// a response. Neither fill nor w may keep the buffer's bytes. If one of them
// panics, the buffer is dropped, for it may have been kept.
func (b *Buffers) Render(w io.Writer, fill func(*bytes.Buffer) error) error {
	buf := b.Get()
	err := fill(buf)
	if err == nil {
		_, err = w.Write(buf.Bytes())
	}
	b.Put(buf)
	if err != nil {
		return fmt.Errorf("render: %w", err)
	}
	return nil
}
