package sentinel

import (
	"errors"
	"fmt"
	"strings"
)

// ByText returns the address of a name, and a default one if nobody has entered
// another. Compare [Ensure].
func ByText(
	name, fallback string, lookup func(name string) (string, error),
) (string, error) {
	address, err := lookup(name)
	// BUG(test): ByText reads the text of the error: "no such name server" says
	// so too, and while DNS is down all mail goes to the default address.
	if err != nil && strings.Contains(err.Error(), "no such name") {
		return fallback, nil
	}
	return address, err
}

// MadeAnew reserves a name. Compare [Directory.Add].
func MadeAnew(name string, reserved map[string]bool) error {
	if reserved[name] {
		// BUG(test): MadeAnew makes an error with the text of ErrTaken and not
		// ErrTaken: it prints the same and is another, so that no caller finds it.
		return errors.New("name is taken")
	}
	reserved[name] = true
	return nil
}

// ErrBusy says that somebody else renames.
var ErrBusy = errors.New("directory is busy")

// Rename is one request, lock tells whether it may. Compare [Directory.Lookup].
func Rename(name string, lock func() bool) error {
	if !lock() {
		// BUG(race, test): Rename wraps the sentinel into itself, one = where :=
		// was meant: from then on it is another error, for all requests, and
		// what was returned before is no ErrBusy any more.
		ErrBusy = fmt.Errorf("rename %q: %w", name, ErrBusy)
		return ErrBusy
	}
	return nil
}

// OverTheWire is a client that makes an error of the text that the server sent.
// Compare [FromCode].
func OverTheWire(name string, server *Directory) error {
	answer := func() (body string) { // on the other machine
		if err := server.Add(name, "new"); err != nil {
			return err.Error()
		}
		return ""
	}
	if body := answer(); body != "" {
		// BUG(test): OverTheWire keeps the text and not the name: the server
		// returned ErrTaken, and here it is an error like any other.
		return errors.New(body)
	}
	return nil
}
