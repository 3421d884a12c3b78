// Package typednil shows a nil pointer in an interface, which is then not nil.
// It belongs to part 14 of the guide: nil interface comparison. Package
// errors/typed has more about errors of this kind.
//
// An interface holds a type and a value, and equals nil if it has neither. A
// pointer brings its type along, also where it points nowhere:
//
//	var p *FormError        // nil
//	var err error = p       // (*FormError, nil)
//	err != nil              // true: a form that is right is refused
//
// The conversion is silent. It happens in an assignment, a return, an argument,
// a field of a struct and an append, and so far away from the comparison.
//
// # What to write
//
//   - Results of type error, also of functions that nobody else calls, and the
//     word nil in the return ([Check]).
//   - A variable of the interface's type where something is optional, set only
//     where there is something ([NewPrices]).
//   - For a pointer in a ctx or another any, two functions that alone store it
//     and take it out, with its type ([WithUser], [UserFrom]).
//
// A look inside by reflection cures one comparison of many. It is wrong where
// the methods take a nil pointer: then that is a value like others.
//
// # What finds it
//
// staticcheck (SA4023) and nilness report a comparison with the conversion in
// sight ([Compared]); nilness is an analyzer of vet that golangci-lint can add,
// and go vet alone does not run it. goguide's own analyzer typednil follows a
// variable from its declaration to a return ([Returned]). No tool sees the
// conversion in an argument ([Collected]), in a field ([OptionalCache]) or in a
// ctx ([AnyUser]). Where the nil is used it may panic, and where it is only
// compared a test sees it, with assert.NoError: testify's assert.Nil looks
// inside, and finds an error with a nil pointer to be nil.
package typednil

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// A Form is what somebody signs up with.
type Form struct {
	Name, Mail string
}

// A FormError says what is wrong with a form.
type FormError struct {
	Field, Problem string
}

func (e *FormError) Error() string { return e.Field + " " + e.Problem }

// Check returns nil or a [*FormError], the first that it finds.
func Check(f Form) error {
	if f.Name == "" {
		return &FormError{"name", "is missing"}
	}
	if !strings.Contains(f.Mail, "@") {
		return &FormError{"mail", "has no @"}
	}
	return nil
}

// CheckAll returns the errors of all forms, joined, or nil.
func CheckAll(forms ...Form) error {
	errs := make([]error, len(forms))
	for i, f := range forms {
		errs[i] = Check(f)
	}
	return errors.Join(errs...) // drops each nil
}

// A Cache keeps prices, in cents. It is for concurrent use.
type Cache interface {
	Get(item string) (cents int, ok bool)
	Put(item string, cents int)
}

// A Memory is a [Cache] that forgets nothing. The zero value is empty.
type Memory struct {
	mu    sync.Mutex
	cents map[string]int
}

// Get returns the price of an item, and whether there is one.
func (m *Memory) Get(item string) (cents int, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	cents, ok = m.cents[item]
	return cents, ok
}

// Put keeps the price of an item.
func (m *Memory) Put(item string, cents int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.cents == nil {
		m.cents = map[string]int{}
	}
	m.cents[item] = cents
}

// Prices knows what items cost.
type Prices struct {
	Load  func(ctx context.Context, item string) (cents int, err error)
	Cache Cache // nil for none
}

// NewPrices returns prices with or without a cache.
func NewPrices(
	load func(ctx context.Context, item string) (int, error),
	cached bool,
) *Prices {
	p := &Prices{Load: load}
	if cached {
		p.Cache = new(Memory)
	}
	return p
}

// Of returns the price of an item, from the cache if it is there. It wraps the
// error of Load.
func (p *Prices) Of(ctx context.Context, item string) (cents int, err error) {
	if p.Cache != nil {
		if cents, ok := p.Cache.Get(item); ok {
			return cents, nil
		}
	}
	cents, err = p.Load(ctx, item)
	if err != nil {
		return 0, fmt.Errorf("price of %s: %w", item, err)
	}
	if p.Cache != nil {
		p.Cache.Put(item, cents)
	}
	return cents, nil
}

// A User is somebody who has signed in.
type User struct{ Name string }

type userKey struct{}

// WithUser returns a ctx with the user in it, or without one if u is nil.
func WithUser(ctx context.Context, u *User) context.Context {
	return context.WithValue(ctx, userKey{}, u)
}

// UserFrom returns the user of ctx, and whether there is one.
func UserFrom(ctx context.Context) (*User, bool) {
	u, _ := ctx.Value(userKey{}).(*User)
	return u, u != nil
}
