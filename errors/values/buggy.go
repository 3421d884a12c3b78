package values

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
)

// ScanOnly counts the lines of an import before it is accepted. Compare
// [Count].
func ScanOnly(r io.Reader) (lines int) {
	s := bufio.NewScanner(r)
	for s.Scan() {
		lines++
	}
	// BUG(test): ScanOnly never asks Err: at a line of 64 KiB or more Scan
	// says false, as it does at the end, and half a file counts as a whole one.
	return lines
}

// NeverAsked prints a receipt. Compare [Receipt].
func NeverAsked(w io.Writer, lines []Line) error {
	p := printer{w: w}
	for _, l := range lines {
		p.printf("%-20s %6d\n", l.Item, l.Cents)
	}
	// BUG(test): NeverAsked keeps the first error and forgets to return it: the
	// printer ran out of paper, and the customer is told nil.
	return nil
}

// BodyFirst returns the text of an answer. Compare [Fetch].
func BodyFirst(
	ctx context.Context, get func(context.Context) (io.ReadCloser, error),
) ([]byte, error) {
	body, err := get(ctx)
	// BUG(panic): BodyFirst uses the result before it looks at the error: where
	// get fails there is no body, and Close of nil panics.
	defer func() { _ = body.Close() }()
	if err != nil {
		return nil, err
	}
	return io.ReadAll(body)
}

// Limits are how many requests a client may send.
type Limits struct {
	PerSecond int
	PerDay    int
}

// HalfRead reads the limits when a server starts. Compare [Fetch].
func HalfRead(r io.Reader, report func(error)) Limits {
	limits := Limits{PerSecond: 10, PerDay: 1000}
	if err := json.NewDecoder(r).Decode(&limits); err != nil {
		// BUG(test): HalfRead reports the error and uses the result as well:
		// what stands before the mistake is set, and what follows is not.
		report(err)
	}
	return limits
}

// ErrorFirst adds the bytes of r. Compare [Sum].
func ErrorFirst(r io.Reader) (sum uint32, err error) {
	buf := make([]byte, 512)
	for {
		n, err := r.Read(buf)
		// BUG(test): ErrorFirst looks at the error before the n bytes: a reader
		// that returns its last bytes with io.EOF loses them.
		if errors.Is(err, io.EOF) {
			return sum, nil
		}
		if err != nil {
			return 0, err
		}
		for _, b := range buf[:n] {
			sum += uint32(b)
		}
	}
}
