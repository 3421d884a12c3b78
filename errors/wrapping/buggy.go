package wrapping

import (
	"errors"
	"fmt"
)

// ErrNotFound says that there is no such user.
var ErrNotFound = errors.New("not found")

// CutChain answers a request for a user: 404 if there is none, 500 if anything
// else went wrong. Compare [Profile].
func CutChain(id int, find func(id int) (string, error)) (status int) {
	load := func() (string, error) {
		name, err := find(id)
		if err != nil {
			// BUG(test, errorlint): CutChain's %v keeps the text of the error
			// and drops the error: errors.Is finds nothing, and 404 becomes 500.
			return "", fmt.Errorf("load user %d: %v", id, err)
		}
		return name, nil
	}
	return statusOf(load())
}

func statusOf(_ string, err error) int {
	switch {
	case errors.Is(err, ErrNotFound):
		return 404
	case err != nil:
		return 500
	}
	return 200
}

// Concatenated is the same handler, in a hurry. Compare [Profile].
func Concatenated(id int, find func(id int) (string, error)) (status int) {
	load := func() (string, error) {
		name, err := find(id)
		if err != nil {
			// BUG(test, stringwrap): Concatenated makes a new error of the old one's text:
			// errors.Is finds nothing, and 404 becomes 500.
			return "", errors.New("load user: " + err.Error())
		}
		return name, nil
	}
	return statusOf(load())
}

// WrapsNil saves an order and saves itself an if. Compare [Profile].
func WrapsNil(id int, save func(id int) error) error {
	err := save(id)
	// BUG(test): WrapsNil wraps a nil as well: fmt.Errorf never returns nil, so
	// every order that was saved fails, with %!w(<nil>) in its text.
	return fmt.Errorf("save order %d: %w", id, err)
}

// SameWords loads a user through three layers. Compare [Profile].
func SameWords(id int, query func(id int) error) error {
	repository := func() error {
		if err := query(id); err != nil {
			return fmt.Errorf("failed to load user %d: %w", id, err)
		}
		return nil
	}
	service := func() error {
		if err := repository(); err != nil {
			return fmt.Errorf("failed to load user %d: %w", id, err)
		}
		return nil
	}
	if err := service(); err != nil {
		// BUG(test): SameWords wraps in each layer with the same words, so the
		// text repeats one fact three times and does not say where they differ.
		return fmt.Errorf("failed to load user %d: %w", id, err)
	}
	return nil
}
