// Package signup lets people sign up for a shop.
//
// # What people see
//
// Somebody signs up, everything in the form is right, and the answer is 500. The
// log says: "signing up failed: <nil>". One place was mended, by a look inside
// with package reflect; now it is another one, and with the audit of the new
// branch, which is right, nothing is written any more. On the machines that have
// no audit the page says that there is one. And people who are not signed in see
// the page of those who are.
//
// # Your task
//
// A nil is to be nil, in all of these functions. Signatures of what is exported
// stay, but for the constraint of First.
package signup

import (
	"context"
	"errors"
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
func New(file *File) *Service { return &Service{Audit: file} }

// Audited reports whether there is an audit.
func (s *Service) Audited() bool { return s.Audit != nil }

// SignUp returns 200, 422 for a form that is wrong, or 500.
func (s *Service) SignUp(f Form) (status int) {
	err := Check(f)
	if err == nil && s.More != nil {
		err = s.More(f)
	}
	if wrong, ok := errors.AsType[*FormError](err); ok && wrong != nil {
		return 422
	}
	if err != nil {
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

// First returns the first error that is not nil, or nil.
func First[E error](errs ...E) error {
	for _, err := range errs {
		if error(err) != nil {
			return err
		}
	}
	return nil
}

func checkName(f Form) *FormError {
	if f.Name == "" {
		return &FormError{"name", "is missing"}
	}
	return nil
}

func checkMail(f Form) *FormError {
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
	u := ctx.Value(key{})
	if u == nil {
		return nil, false
	}
	return u.(*User), true
}
