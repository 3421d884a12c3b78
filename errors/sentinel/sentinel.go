// Package sentinel names an error, so that callers can tell it from all others.
// It shows four ways to lose such a name. It belongs to part 5.3 of the guide.
//
// A sentinel is one value, made once, that a package promises to return, such
// as [io/fs.ErrNotExist]. What callers compare is which value it is; its text
// is for people:
//
//	var ErrTaken = errors.New("name is taken")
//
//	errors.Is(err, ErrTaken)                     // still true when wrapped
//	strings.Contains(err.Error(), "is taken")    // true of whatever says so
//
// # When
//
// Export one where a caller does something else because of it: [Ensure] takes
// [ErrTaken] for success. It is API from then on, whoever wraps it, and the
// package cannot stop returning it. Where a caller wants to know more than
// which error it is, make a type; where nobody decides by it, make none, and
// return what [fmt.Errorf] makes.
//
// Say in the doc comment of each function which sentinels it returns. Name
// them ErrX, and give each a text that says what is wrong, without the
// package's name: wrappers add where.
//
// # A name that stays
//
// A sentinel is a variable, and any package may assign to an exported one, even
// to io.EOF ([Rename]). No linter of goguide reports it. A constant cannot be
// assigned to:
//
//	type constError string
//
//	func (e constError) Error() string { return string(e) }
//
//	const ErrTaken = constError("name is taken")
//
// Its price is that text decides again: two of the same type and text are one
// error. Few packages pay it, for the guard is against one's own colleagues.
//
// # Between processes
//
// The other side of a connection has other values. Send a code, and let the
// client turn it into its own sentinel ([Code], [FromCode]), as the status
// codes of gRPC and of HTTP are for.
package sentinel

import (
	"errors"
	"fmt"
	"sync"
)

// What a [Directory] returns, wrapped with the name that was asked for.
var (
	ErrNotFound = errors.New("no such name")
	ErrTaken    = errors.New("name is taken")
)

// A Directory knows which address a name has. The zero value is empty and ready
// to use, by several goroutines too.
type Directory struct {
	mu        sync.Mutex
	addresses map[string]string
}

// Add enters a name. The error is [ErrTaken] if it is there already.
func (d *Directory) Add(name, address string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, taken := d.addresses[name]; taken {
		return fmt.Errorf("add %q: %w", name, ErrTaken)
	}
	if d.addresses == nil {
		d.addresses = map[string]string{}
	}
	d.addresses[name] = address
	return nil
}

// Lookup returns the address of a name. The error is [ErrNotFound] if the name
// is not there.
func (d *Directory) Lookup(name string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	address, ok := d.addresses[name]
	if !ok {
		return "", fmt.Errorf("look up %q: %w", name, ErrNotFound)
	}
	return address, nil
}

// Ensure calls add, and is content if what it adds is there: start-up may run
// twice. Every other error is the caller's.
func Ensure(add func() error) error {
	if err := add(); !errors.Is(err, ErrTaken) {
		return err
	}
	return nil
}

// The codes by which sentinels travel. They are part of the protocol: rename
// the variables, never these.
var codes = map[string]error{
	"not_found": ErrNotFound,
	"taken":     ErrTaken,
}

// Code returns what to send for err, "" for an error that has no code.
func Code(err error) string {
	for code, sentinel := range codes {
		if errors.Is(err, sentinel) {
			return code
		}
	}
	return ""
}

// FromCode returns the error that a server has sent as code and text. It wraps
// the sentinel of that code; a code that is not known, as a newer server may
// send it, leaves the text.
func FromCode(code, text string) error {
	if sentinel, ok := codes[code]; ok {
		return &remoteError{text, sentinel}
	}
	return errors.New(text)
}

// A remoteError has the server's text, which contains that of its sentinel.
type remoteError struct {
	text     string
	sentinel error
}

func (e *remoteError) Error() string { return e.text }
func (e *remoteError) Unwrap() error { return e.sentinel }
