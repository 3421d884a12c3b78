package signup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
)

var right = Form{"Ada", "ada@example.com"}

// signUp returns the status, and the panic, if there was one.
func signUp(s *Service, f Form) (status int, panicked any) {
	defer func() { panicked = recover() }()
	return s.SignUp(f), nil
}

func want(t *testing.T, s *Service, f Form, status int, who string) {
	t.Helper()
	if got, panicked := signUp(s, f); got != status || panicked != nil {
		t.Errorf("%s. The answer was %d, and not %d (panic: %v).", who, got, status, panicked)
	}
}

func TestSignUp(t *testing.T) {
	want(t, &Service{}, right, 200, "Ada signed up, with a form that is right")
	want(t, &Service{}, Form{"", "ada@example.com"}, 422, "Somebody signed up without a name")
	want(t, &Service{}, Form{"Ada", "ada"}, 422, "Ada signed up without an @")
}

func TestCheck(t *testing.T) {
	if err := Check(right); err != nil {
		t.Errorf("A form is right, and Check returns an error, %T.", err)
	}
	for field, f := range map[string]Form{"name": {}, "mail": {Name: "Ada"}} {
		if wrong, ok := errors.AsType[*FormError](Check(f)); !ok || wrong == nil || wrong.Field != field {
			t.Errorf("The %s of a form is wrong, and Check returns %+v.", field, wrong)
		}
	}
}

func TestCheckAll(t *testing.T) {
	if err := CheckAll(right, right); err != nil {
		t.Errorf("Two forms are right, and CheckAll returns an error, %T: an import of customers stops for nothing.", err)
	}
	if wrong, ok := errors.AsType[*FormError](CheckAll(right, Form{Name: "Bob"})); !ok || wrong == nil || wrong.Field != "mail" {
		t.Errorf("Of two forms one is wrong, and CheckAll returns %+v.", wrong)
	}
}

// full is an error that is no pointer, and cannot be nil.
type full struct{ places int }

func (f full) Error() string { return fmt.Sprintf("all %d places are taken", f.places) }

// texts is an error that is a slice.
type texts []string

func (t texts) Error() string { return fmt.Sprint([]string(t)) }

func TestSignUp_errorsOfOthers(t *testing.T) {
	for who, c := range map[string]struct {
		err    error
		status int
	}{
		"Another team has nothing to say":           {nil, 200},
		"Another team says that all is full":        {full{100}, 500},
		"Another team has an error of two texts":    {texts{"no", "never"}, 500},
		"Another team says that the name is wrong":  {&FormError{"name", "is taken"}, 422},
		"Another team wraps that the name is wrong": {fmt.Errorf("asking: %w", &FormError{"name", "is taken"}), 422},
	} {
		want(t, &Service{More: func(Form) error { return c.err }}, right, c.status, who)
	}
}

func TestNew_withoutAudit(t *testing.T) {
	s := New(nil)
	if s.Audited() || s.Audit != nil {
		t.Error("A machine has no audit, and the page says that it has one.")
	}
	want(t, s, right, 200, "Ada signed up on a machine without an audit")
}

func TestNew_withAudit(t *testing.T) {
	f := &File{}
	s := New(f)
	want(t, s, right, 200, "Ada signed up")
	if !s.Audited() || !slices.Equal(f.Lines, []string{"Ada has signed up"}) {
		t.Errorf("Ada signed up, and the file of the audit has the lines %q.", f.Lines)
	}
}

// A branch writes to one place for all. Its pointer is nil, and needs not be
// more.
type branch struct{ _ int }

var written []string

func (*branch) Note(what string) { written = append(written, what) }

func TestSignUp_anAuditorThatNeedsNoPointer(t *testing.T) {
	written = nil
	var b *branch
	s := &Service{Audit: b}
	want(t, s, right, 200, "Ada signed up at the new branch")
	if !s.Audited() || len(written) != 1 {
		t.Errorf("Ada signed up at the new branch, whose audit works with a nil pointer. It was not told: %q.", written)
	}
}

type other struct{}

func TestUserFrom(t *testing.T) {
	ada := &User{"Ada"}
	for who, c := range map[string]struct {
		ctx  context.Context
		want *User
	}{
		"Ada is signed in":                              {WithUser(t.Context(), ada), ada},
		"Somebody is not signed in":                     {WithUser(t.Context(), nil), nil},
		"Nobody has asked who it is":                    {t.Context(), nil},
		"Ada has signed out":                            {WithUser(WithUser(t.Context(), ada), nil), nil},
		"Ada is signed in, on a ctx that somebody made": {context.WithValue(WithUser(t.Context(), ada), other{}, 1), ada},
	} {
		if u, ok := UserFrom(c.ctx); u != c.want || ok != (c.want != nil) {
			t.Errorf("%s. UserFrom returns %v, and that somebody is signed in: %v.", who, u, ok)
		}
	}
}

func TestFirst(t *testing.T) {
	var none *FormError
	some := &FormError{"name", "is missing"}
	if err := First(none, none); err != nil {
		t.Errorf("Two checks found nothing, and First returns an error, %T.", err)
	}
	if err := First(none, some); err != error(some) {
		t.Errorf("The second check found something, and First returns %v.", err)
	}
	if err := First[error](nil, some); err != error(some) {
		t.Errorf("Of errors the second is one, and First returns %v.", err)
	}
	if err := First[error](nil, nil); err != nil {
		t.Errorf("Of errors none is one, and First returns %v.", err)
	}
	if err := First[*FormError](); err != nil {
		t.Errorf("Without a check, First returns %v.", err)
	}
}
