// IsNil is for what can be nil. An error may be a struct, and then the look
// inside is the next panic.
//
// FAILS: Another team says that all is full. The answer was 0
package signup

import (
	"context"
	"errors"
	"reflect"
	"strings"
)

// A Form is what somebody signs up with.
type Form struct{ Name, Mail string }

// A FormError says what is wrong with a form.
type FormError struct{ Field, Problem string }

func (e *FormError) Error() string { return e.Field + " " + e.Problem }

// An Auditor writes down what happened. It may be of any type, also a nil
// pointer whose methods can work with that.
type Auditor interface{ Note(what string) }

// A File is an Auditor. A nil *File is none.
type File struct{ Lines []string }

// Note adds a line.
func (f *File) Note(what string) { f.Lines = append(f.Lines, what) }

// A Service signs people up.
type Service struct {
	// Audit is told of each who signs up. It is nil where there is none.
	Audit Auditor
	// More is what other teams ask of a form, nil for nothing. Its errors are of
	// any type.
	More func(Form) error
}

// New returns a service that writes to the file, or has no audit if that is nil.
func New(file *File) *Service {
	s := &Service{}
	if file != nil {
		s.Audit = file
	}
	return s
}

// Audited reports whether there is an audit.
func (s *Service) Audited() bool { return s.Audit != nil }

// SignUp returns 200, 422 for a form that is wrong, or 500.
func (s *Service) SignUp(f Form) (status int) {
	err := Check(f)
	if err == nil && s.More != nil {
		err = s.More(f)
	}
	if _, ok := errors.AsType[*FormError](err); ok {
		return 422
	}
	if err != nil && !reflect.ValueOf(err).IsNil() {
		return 500
	}
	if s.Audited() {
		s.Audit.Note(f.Name + " has signed up")
	}
	return 200
}

// Check returns the first *FormError, or nil.
func Check(f Form) error { return First(checkName(f), checkMail(f)) }

// CheckAll returns what is wrong with the forms, joined, or nil.
func CheckAll(forms ...Form) error {
	var errs []error
	for _, f := range forms {
		errs = append(errs, checkName(f), checkMail(f))
	}
	return errors.Join(errs...)
}

// First returns the first error that is not nil, or nil. For a type of pointers
// that is the first which points somewhere.
func First[E interface {
	comparable
	error
}](errs ...E) error {
	var none E
	for _, err := range errs {
		if err != none {
			return err
		}
	}
	return nil
}

func checkName(f Form) error {
	if f.Name == "" {
		return &FormError{"name", "is missing"}
	}
	return nil
}

func checkMail(f Form) error {
	if !strings.Contains(f.Mail, "@") {
		return &FormError{"mail", "has no @"}
	}
	return nil
}

// A User is somebody who is signed in.
type User struct{ Name string }

type key struct{}

// WithUser returns a ctx of a request. The user is nil if nobody is signed in.
func WithUser(ctx context.Context, u *User) context.Context {
	return context.WithValue(ctx, key{}, u)
}

// UserFrom returns who is signed in, and whether somebody is.
func UserFrom(ctx context.Context) (*User, bool) {
	u, _ := ctx.Value(key{}).(*User)
	return u, u != nil
}
