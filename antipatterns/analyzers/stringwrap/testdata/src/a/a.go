package a

import (
	"errors"
	"fmt"
	"strings"
)

type E struct{ cause error }

func (e *E) Error() string { return e.cause.Error() }

func texts(get func() (error, *E), name string) {
	err, e := get()
	_ = errors.New("x: " + err.Error())               // want `the new error has only the text of err, which errors.Is does not find: write fmt.Errorf\("…: %w", err\)`
	_ = errors.New(err.Error())                       // want `text of err`
	_ = errors.New("x: " + (name + e.cause.Error()))  // want `text of e.cause`
	_ = errors.New(fmt.Sprintf("x: %v", err))         // want `text of err`
	_ = errors.New(fmt.Sprint("x: ", e))              // want `text of e`
	_ = errors.New("x: " + fmt.Sprintln(err.Error())) // want `text of err`
	_ = fmt.Errorf("x: %s", err.Error())              // want `text of err`
	_ = fmt.Errorf("%d: %q: %v", 1, name, e.Error())  // want `text of e`
	_ = fmt.Errorf("x: %s", "y: "+err.Error())        // want `text of err`
	_ = fmt.Errorf("x: " + err.Error())               // want `text of err`
	_ = fmt.Errorf("100%%: %s", err.Error())          // want `text of err`
}

type named struct{}

func (named) Error(string) string { return "" }

var ErrX = errors.New("x") // ok

func fine(get func() error, name string, n named) {
	err := get()
	_ = fmt.Errorf("x: %w", err)                                  // ok
	_ = fmt.Errorf("%w: %s", ErrX, err.Error())                   // ok: one is wrapped
	_ = fmt.Errorf("x: %v", err)                                  // ok: errorlint reports it
	_ = fmt.Errorf("x: %q", err.Error())                          // ok: %w does not quote
	_ = fmt.Errorf("x: %*s", 9, err.Error())                      // ok: %w has no width
	_ = fmt.Errorf("x: %[1]s", err.Error())                       // ok
	_ = fmt.Errorf("x: %s", strings.TrimPrefix(err.Error(), "y")) // ok: another text
	_ = errors.New("x: " + name)                                  // ok
	_ = errors.New("x: " + n.Error(name))                         // ok: no error
	_ = fmt.Sprintf("x: %s", err.Error())                         // ok: no error
	_ = fmt.Errorf("x: %s")                                       // ok: vet reports it
	_ = &E{errors.New("y")}                                       // ok
}

func opaque(err error) error {
	return errors.New("x: " + err.Error()) // ok: the caller asks for a new error
}

func sorted(get func() error) error {
	err := get()
	if err == nil {
		return errors.New("x: " + err.Error()) // want `text of err`
	}
	if errors.Is(err, ErrX) {
		return err
	}
	return errors.New("x: " + err.Error()) // ok: what a caller may know was looked for
}
