// Package values treats errors as what they are, values: each is handled or
// handed on, and some can wait until the work is done. It shows five ways to
// lose one between the two. It belongs to part 5.1 of the guide.
//
// The two results of a call are one answer. As a rule the error decides, and
// the other result means nothing beside it. The exceptions are documented where
// they are made, and io.Reader is the best known:
//
//	n, err := r.Read(buf)   // n bytes, and perhaps an error as well
//
// # What to write
//
//   - Look at the error before the result ([Fetch]), unless the documentation
//     says that both count, as that of Read does ([Sum]).
//   - Handle an error by what the caller would want instead, and only the one
//     that has such a meaning. Hand on the rest with what was being done
//     ([Fetch]).
//   - Where every step may fail in the same way, keep the first error in a
//     value and go on with steps that do nothing ([Receipt]). Then ask once.
//     bufio.Writer and bufio.Scanner do so. Whoever keeps an error for later
//     has a method that returns it, and callers who call it.
//
// # What finds it
//
// Nothing, as long as nobody asks: a sticky error that was never asked for is
// an error that no call has returned, so errcheck has nothing to report
// ([ScanOnly], [NeverAsked]). A result that is used before its error panics if
// it is nil ([BodyFirst]). vet's httpresponse reports that for the functions of
// net/http, and for no others.
// Only a test with a reader that fails at the end sees the others;
// [testing/iotest] has such readers.
package values

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
)

// ErrAway says that a server is not there at the moment.
var ErrAway = errors.New("server is away")

// Fetch returns the text that primary answers with, or replica where the error
// of primary is [ErrAway]. Every other error is the caller's.
func Fetch(
	ctx context.Context, primary, replica func(context.Context) (io.ReadCloser, error),
) (text []byte, err error) {
	body, err := primary(ctx)
	if errors.Is(err, ErrAway) {
		body, err = replica(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("fetch: %w", err)
	}
	defer func() { err = errors.Join(err, body.Close()) }()
	if text, err = io.ReadAll(body); err != nil {
		return nil, fmt.Errorf("read body: %w", err)
	}
	return text, nil
}

// Sum adds the bytes of r, as a simple checksum. It uses the bytes of a Read
// before the error: a reader may return both at once.
func Sum(r io.Reader) (sum uint32, err error) {
	buf := make([]byte, 512)
	for {
		n, err := r.Read(buf)
		for _, b := range buf[:n] {
			sum += uint32(b)
		}
		if errors.Is(err, io.EOF) {
			return sum, nil
		}
		if err != nil {
			return 0, fmt.Errorf("sum: %w", err)
		}
	}
}

// Count returns how many lines r has. A line of 64 KiB or more is an error,
// [bufio.ErrTooLong].
func Count(r io.Reader) (lines int, err error) {
	s := bufio.NewScanner(r)
	for s.Scan() {
		lines++
	}
	if err := s.Err(); err != nil {
		return 0, fmt.Errorf("after line %d: %w", lines, err)
	}
	return lines, nil
}

// A Line is one row of a receipt.
type Line struct {
	Item  string
	Cents int
}

// Receipt writes what was bought, and the total. It asks for the error once.
func Receipt(w io.Writer, lines []Line) error {
	p := printer{w: w}
	total := 0
	for _, l := range lines {
		p.printf("%-20s %6d\n", l.Item, l.Cents)
		total += l.Cents
	}
	p.printf("%-20s %6d\n", "total", total)
	if p.err != nil {
		return fmt.Errorf("print receipt: %w", p.err)
	}
	return nil
}

// A printer writes until a Write fails, and keeps that error.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}
