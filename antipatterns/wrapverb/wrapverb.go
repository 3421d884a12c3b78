// Package wrapverb shows five errors that read as if they wrapped another, and
// do not. It belongs to part 14 of the guide: wrapping errors with %v. Package
// errors/wrapping has more.
//
// All of these print "event 7: no customer: rejected". Only the first has
// [ErrRejected] in it, by which a bus decides whether to deliver once more:
//
//	form                                            reported by
//	fmt.Errorf("event 7: %w", err)
//	fmt.Errorf("event 7: %v", err)                  errorlint
//	fmt.Errorf("event 7: %s", err.Error())          stringwrap
//	failf("event 7: %v", err), with an ...any       nobody
//	&bookError{"7", err}, without Unwrap            nobody
//	fmt.Errorf("%v", r), with r from recover        nobody
//
// # What to write
//
//   - %w for an error, also in the format that is handed to a helper ([Book]).
//   - An Unwrap method for a type that has an error in a field ([EventError]).
//   - What recover returns is an any and may be an error: ask for that first,
//     and wrap it ([Guard]).
//   - The text alone only on purpose, where callers shall not see the cause.
//     err.Error() beside a %w says that it is on purpose ([Reject]).
//
// # What finds it
//
// errorlint looks at the verbs of [fmt.Errorf] whose argument is an error: %v,
// %s, %q and %+v ([WithVerb]), also beside a %w, where it may be meant. Its
// format must stand in the call: a constant with a name is enough to hide it.
// goguide's own analyzer stringwrap sees the text of an error in a new one
// ([WithText]), be it by fmt.Errorf or errors.New. For the others the error has
// become an any ([ByHelper], [Recovered]) or a field ([NoUnwrap]), and no tool
// follows it there; go vet knows failf as a wrapper of fmt.Errorf, and checks
// only that verbs and arguments agree. A test with errors.Is sees all five.
package wrapverb

import (
	"errors"
	"fmt"
)

// ErrRejected says that an event cannot be handled, however often it is tried.
var ErrRejected = errors.New("rejected")

// An Event is a message of a bus.
type Event struct {
	ID   string
	Body []byte
}

// Deliver calls handle at most so many times, until it returns nil or an
// [ErrRejected]. It returns the last error.
func Deliver(tries int, handle func() error) error {
	var err error
	for range tries {
		err = handle()
		if err == nil || errors.Is(err, ErrRejected) {
			return err
		}
	}
	return err
}

// Book stores an event. Its error wraps that of store, and names the event.
func Book(e Event, store func(Event) error) error {
	if err := store(e); err != nil {
		return fmt.Errorf("event %s: %w", e.ID, err)
	}
	return nil
}

// Reject returns an [ErrRejected] with the text of err, and does not wrap err:
// which decoder found the mistake is no business of the caller.
func Reject(err error) error {
	return fmt.Errorf("%w: %s", ErrRejected, err.Error())
}

// An EventError says which event failed. [errors.Is] and [errors.AsType] find
// both the EventError and what it wraps.
type EventError struct {
	ID  string
	Err error // why
}

func (e *EventError) Error() string {
	return "event " + e.ID + ": " + e.Err.Error()
}

// Unwrap returns why the event failed.
func (e *EventError) Unwrap() error { return e.Err }

// Guard calls handle and turns a panic into an error. A panic with an error, as
// that of a Must function, is wrapped, a [runtime.Error] too.
func Guard(handle func() error) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case error:
			err = fmt.Errorf("panic: %w", r)
		default:
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return handle()
}
