// Package emptyinterface shows five bugs that an any in a signature or a field
// lets compile. It belongs to part 14 of the guide: overusing empty interface.
// Package generics/whennot has what a type parameter does in its place.
//
// An any takes every value, so nobody says which it should be. The question is
// put off to the place where the value is used, where the answer "none of
// these" is mostly a zero, or silence:
//
//	port, _ := settings["port"].(float64)  // "8080" is a string: 0
//	switch event.(type) { case Paid: … }   // a *Paid: nothing is done
//	fmt.Sprint(event["order"])             // 1234567 is 1.234567e+06
//
// # What to write
//
//   - A struct for what comes from outside: the decoder checks the types once,
//     at the door, and names the field that is wrong ([Load], [Decode]).
//   - A type parameter where all values of one channel, topic or container have
//     one type ([Topic], [Seen]).
//   - The method that is called, where it is the same for all: an interface.
//   - If the types are a closed list, a switch whose default is an error.
//
// any is right where every type is meant, and gets the same treatment: the
// arguments of fmt and slog, a value for json.Marshal.
//
// # What finds it
//
// Nothing sees the cause. errcheck, with check-type-assertions, and
// forcetypeassert report an assertion that may panic ([Asserted]). They are
// content with a blank for its ok, which turns the panic into a zero
// ([AssertedOK]). No linter knows what JSON makes of a number ([ByMap]), that
// a switch lacks a case ([Dispatch]), or that a key cannot be hashed
// ([AnyDedup]): this one panics, the others are for a test. With types the
// compiler refuses the last two: testdata/refused.
package emptyinterface

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// A Config says where a service listens.
type Config struct {
	Host string
	Port int
}

// Load reads a configuration, one value of JSON. What is not in there has the
// value of defaults. A field of another type is an error that names it, and so
// is one that Config does not have.
func Load(r io.Reader, defaults Config) (Config, error) {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	c := defaults
	if err := d.Decode(&c); err != nil {
		return Config{}, fmt.Errorf("reading configuration: %w", err)
	}
	return c, nil
}

// Paid is the event that an order has been paid.
type Paid struct {
	Order int64
	Items []string
}

// ErrNoOrder says that an event names no order.
var ErrNoOrder = errors.New("no order")

// Decode reads an event in JSON. Its error wraps that of the decoder, or is an
// [ErrNoOrder].
func Decode(body []byte) (Paid, error) {
	var p Paid
	if err := json.Unmarshal(body, &p); err != nil {
		return Paid{}, fmt.Errorf("decoding event: %w", err)
	}
	if p.Order == 0 {
		return Paid{}, fmt.Errorf("decoding event: %w", ErrNoOrder)
	}
	return p, nil
}

// Key returns the key under which a store has the order.
func (p Paid) Key() string { return "order:" + strconv.FormatInt(p.Order, 10) }

// A Topic hands events of one type to all its subscribers. The zero value has
// none. Subscribe first: Publish may then be called by many goroutines at once.
type Topic[E any] struct {
	handlers []func(E) error
}

// Subscribe adds a handler.
func (t *Topic[E]) Subscribe(handle func(E) error) {
	t.handlers = append(t.handlers, handle)
}

// Publish calls each handler and returns their errors, joined.
func (t *Topic[E]) Publish(event E) error {
	var errs []error
	for _, handle := range t.handlers {
		errs = append(errs, handle(event))
	}
	return errors.Join(errs...)
}

// Seen remembers keys. The zero value has none. It is not for concurrent use.
//
// K is a type whose values can all be compared. The compiler does not insist:
// since Go 1.20 an any satisfies comparable, and Seen[any] panics.
type Seen[K comparable] struct {
	keys map[K]struct{}
}

// First reports whether the key is new, and remembers it.
func (s *Seen[K]) First(key K) bool {
	if _, ok := s.keys[key]; ok {
		return false
	}
	if s.keys == nil {
		s.keys = map[K]struct{}{}
	}
	s.keys[key] = struct{}{}
	return true
}
