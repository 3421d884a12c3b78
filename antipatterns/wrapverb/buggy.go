package wrapverb

import "fmt"

// WithVerb stores an event. Compare [Book].
func WithVerb(e Event, store func(Event) error) error {
	if err := store(e); err != nil {
		// BUG(test, errorlint): WithVerb formats the error with %v: only the
		// text remains, and what was rejected is delivered again and again.
		return fmt.Errorf("event %s: %v", e.ID, err)
	}
	return nil
}

// WithText is WithVerb as errorlint wants it. Compare [Book].
func WithText(e Event, store func(Event) error) error {
	if err := store(e); err != nil {
		// BUG(test, stringwrap): WithText hands fmt.Errorf a string and not the
		// error: what was rejected is delivered again and again.
		return fmt.Errorf("event %s: %s", e.ID, err.Error())
	}
	return nil
}

// failf returns an error that names the event.
func failf(e Event, format string, args ...any) error {
	return fmt.Errorf("event "+e.ID+": "+format, args...)
}

// ByHelper stores an event. Compare [Book].
func ByHelper(e Event, store func(Event) error) error {
	if err := store(e); err != nil {
		// BUG(test): ByHelper hands its %v to a helper, where it cuts the error
		// off as well: what was rejected is delivered again and again.
		return failf(e, "%v", err)
	}
	return nil
}

// A bookError says which event was not stored.
type bookError struct {
	id  string
	err error
}

func (e *bookError) Error() string {
	return fmt.Sprintf("event %s: %v", e.id, e.err)
}

// NoUnwrap stores an event. Compare [EventError].
func NoUnwrap(e Event, store func(Event) error) error {
	if err := store(e); err != nil {
		// BUG(test): NoUnwrap puts the error into a type without an Unwrap
		// method: errors.Is cannot look inside, and the event comes again.
		return &bookError{e.ID, err}
	}
	return nil
}

// Recovered stores an event, and survives a store that panics. Compare [Guard].
func Recovered(e Event, store func(Event) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			// BUG(test): Recovered formats what recover returns, an any with an
			// error in it: the event is delivered, and panics, again and again.
			err = fmt.Errorf("event %s: panic: %v", e.ID, r)
		}
	}()
	return store(e)
}
