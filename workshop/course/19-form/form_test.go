package form

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

var errDatabase = errors.New("the database does not answer")

func needed(value string) error {
	if value == "" {
		return ErrMissing
	}
	return nil
}

func number(value string) error {
	if strings.Trim(value, "0123456789") != "" {
		return fmt.Errorf("%w: %q is no number", ErrBad, value)
	}
	return nil
}

func short(value string) error {
	if len(value) > 5 {
		return fmt.Errorf("%w: more than 5 letters", ErrBad)
	}
	return nil
}

var rules = []Rule{
	{"name", needed}, {"street", needed}, {"postcode", number}, {"postcode", short},
	{"city", needed}, {"country", needed}, {"mail", needed},
}

var bad = map[string]string{"name": "Ann", "postcode": "SW1A 2AA"}

var wantFields = []string{"street", "postcode", "postcode", "city", "country", "mail"}

func fields(faults []*Fault) (names []string) {
	for _, f := range faults {
		names = append(names, f.Field)
	}
	return names
}

func TestCheck_tellsAllAtOnce(t *testing.T) {
	for range 20 { // an order that is left to chance shows in one of them
		err := Check(bad, rules)
		if err == nil {
			t.Fatal("A form has six faults, and is accepted.")
		}
		if got := fields(Faults(err)); !slices.Equal(got, wantFields) {
			t.Fatalf("The faults are in %v. The customer is told of %v, and sends the form again.", wantFields, got)
		}
	}
}

func TestCheck_acceptsWhatIsRight(t *testing.T) {
	right := map[string]string{
		"name": "Ann", "street": "2 High St", "postcode": "10115", "city": "Berlin", "country": "DE", "mail": "a@b.c",
	}
	if err := Check(right, rules); err != nil {
		t.Errorf("A form without a fault is refused (the error is a %T).", err)
	}
	if err := Check(nil, nil); err != nil {
		t.Errorf("There are no rules, and a form is refused (the error is a %T).", err)
	}
}

func TestCheck_keepsWhatTheRulesSay(t *testing.T) {
	err := Check(bad, rules)
	for _, want := range []error{ErrMissing, ErrBad} {
		if !errors.Is(err, want) {
			t.Errorf("A field %s, and errors.Is does not find that: the API cannot say what is wrong.", want)
		}
	}
	if err := Check(map[string]string{"postcode": "x"}, rules[2:3]); errors.Is(err, ErrMissing) || !errors.Is(err, ErrBad) {
		t.Errorf("A postcode is not right. errors.Is says that it is missing: %t, that it is not right: %t.",
			errors.Is(err, ErrMissing), errors.Is(err, ErrBad))
	}
	fault, ok := errors.AsType[*Fault](err)
	if !ok || fault.Field != "street" {
		t.Errorf("The first fault is in street. errors.As finds %v: the page does not know which field to mark.", fault)
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 6 || lines[0] != "street is missing" {
		t.Errorf("The text of six faults is %d lines, and the first is %q, not \"street is missing\".", len(lines), lines[0])
	}
}

func TestCheck_doesNotBlameTheCustomer(t *testing.T) {
	tried := 0
	err := Check(bad, []Rule{
		{"name", needed}, {"street", needed},
		{"customer number", func(string) error {
			tried++
			return fmt.Errorf("%w: %w", ErrUnchecked, errDatabase)
		}},
		{"city", func(string) error { tried++; return nil }},
	})
	if !errors.Is(err, ErrUnchecked) || !errors.Is(err, errDatabase) {
		t.Errorf("The database does not answer, and Check returned %v: nobody will look at the database.", err)
	}
	if got := fields(Faults(err)); got != nil {
		t.Errorf("The database does not answer, and the customer is told of faults in %v.", got)
	}
	if err != nil && !strings.Contains(err.Error(), "customer number") {
		t.Errorf("A rule could not be tried, and %q does not say for which field.", err)
	}
	if tried != 1 {
		t.Errorf("The database does not answer, and %d more rules were tried.", tried-1)
	}
}

func TestFaults_alsoWhereTheErrorWentThroughOtherHands(t *testing.T) {
	err := Check(bad, rules)
	errClose := errors.New("cannot close")
	for name, wrapped := range map[string]error{
		"as it is":           err,
		"wrapped":            fmt.Errorf("order: %w", fmt.Errorf("address: %w", err)),
		"joined":             errors.Join(errClose, err, errClose),
		"wrapped and joined": fmt.Errorf("%w, and %w", errClose, fmt.Errorf("address: %w", errors.Join(err))),
	} {
		if got := fields(Faults(wrapped)); !slices.Equal(got, wantFields) {
			t.Errorf("An error with six faults is %s, and the page marks %v.", name, got)
		}
	}
	two := errors.Join(Check(bad, rules[1:2]), Check(bad, rules[4:5]))
	if got := fields(Faults(two)); !slices.Equal(got, []string{"street", "city"}) {
		t.Errorf("One form lacks the street, and one the city. The page marks %v.", got)
	}
	if got := fields(Faults(nil)); got != nil {
		t.Errorf("There is no error, and the page marks %v.", got)
	}
	if got := fields(Faults(errClose)); got != nil {
		t.Errorf("The error is %q, and the page marks %v.", errClose, got)
	}
}
