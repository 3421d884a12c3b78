// Package ctxinstruct shows what a ctx does to a value that keeps it, and the
// fields in which a linter does not find it. It belongs to part 14 of the
// guide, anti-pattern 2.
//
// A ctx is the patience of one caller, and the names of one request. A value
// that keeps it uses both for everybody who comes later:
//
//	main, with 10 s for the start      a request, a day later
//	m = NewBoundMailer(ctx, dial)
//	m.Mail("ana")     // sent
//	cancel()
//	                                   m.Mail("bob")
//	                                   // context canceled, for ever
//
// Ask in the review: whose ctx is this, once the call that brought it has
// returned? If the value lives on, the ctx is nobody's.
//
// # What to write
//
//   - ctx is the first argument of each method that may block. A constructor
//     may take one too: for itself ([Connect]).
//   - Keep what stays true, a user's name, and put it into the ctx of the
//     request that asks ([Sessions.Resume]).
//   - Give a queue values, and its worker a ctx of its own ([Work]).
//   - A method such as WithContext returns a copy, as that of http.Request
//     does, and never sets a field of what others use too ([Trail.As]).
//
// A value that lives no longer than the call may keep its ctx, as an
// http.Request does. Package context/notinstruct has more on that border, and
// on the end of a value that has no ctx.
//
// # What finds it
//
// The linter containedctx, where the field's type is context.Context by that
// name ([BoundMailer]), embedded or in a struct without a name as well. It
// compares the name of the type, so a field of any other is missed, an alias
// of context.Context too. [Missed] has eleven that no linter of golangci-lint
// reports, all of them enabled, and the bugs below have four that people
// write: a closure, a map, an interface that embeds context.Context, and an
// *http.Request. fatcontext reports the assignment of a ctx to an element of a
// map ([Visitors.Login]) or to a global variable, and not one to a field.
//
// The race detector sees a ctx that is set for all by each ([Trail.Bind]). For
// the others write a test with two callers, the first of whom has left.
package ctxinstruct

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// ErrNoSession says that nobody has logged in under that ID.
var ErrNoSession = errors.New("no such session")

// A Send sends one mail. It heeds ctx.
type Send func(ctx context.Context, to string) error

// A Dial connects to a mail server, within ctx. The connection outlives ctx.
type Dial func(ctx context.Context) (Send, error)

// A Mailer sends mails over its connection. It may be used by many callers at
// once.
type Mailer struct{ send Send }

// Connect connects a mailer, within ctx, of which it keeps nothing.
func Connect(ctx context.Context, dial Dial) (*Mailer, error) {
	send, err := dial(ctx)
	if err != nil {
		return nil, fmt.Errorf("connecting the mailer: %w", err)
	}
	return &Mailer{send}, nil
}

// Mail sends one mail, within its caller's ctx.
func (m *Mailer) Mail(ctx context.Context, to string) error {
	if err := m.send(ctx, to); err != nil {
		return fmt.Errorf("mail to %s: %w", to, err)
	}
	return nil
}

type userKey struct{}

// WithUser returns ctx with the name of a user.
func WithUser(ctx context.Context, user string) context.Context {
	return context.WithValue(ctx, userKey{}, user)
}

// UserOf returns the name that [WithUser] has put into ctx, or "".
func UserOf(ctx context.Context) string {
	user, _ := ctx.Value(userKey{}).(string)
	return user
}

// Sessions knows who has logged in. The zero value knows nobody. It may be used
// by many callers at once and must not be copied.
type Sessions struct {
	mu    sync.Mutex
	users map[string]string // by session
}

// Login begins a session.
func (s *Sessions) Login(id, user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users == nil {
		s.users = map[string]string{}
	}
	s.users[id] = user
}

// Resume returns the ctx of a request with the user of its session, or
// [ErrNoSession].
func (s *Sessions) Resume(
	ctx context.Context,
	id string,
) (context.Context, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	user, ok := s.users[id]
	if !ok {
		return nil, ErrNoSession
	}
	return WithUser(ctx, user), nil
}

// An Upload is what the worker needs of a request: values, and no ctx.
type Upload struct{ User, Name string }

// Work stores uploads until the channel is closed or an upload fails. Its ctx
// is the worker's, and each upload gets it with its own user.
func Work(
	ctx context.Context,
	uploads <-chan Upload,
	store func(ctx context.Context, name string) error,
) error {
	for u := range uploads {
		if err := store(WithUser(ctx, u.User), u.Name); err != nil {
			return fmt.Errorf("store %s for %s: %w", u.Name, u.User, err)
		}
	}
	return nil
}

// As returns a trail for the actions of one actor, in one request. It changes
// nothing that others use.
func (t *Trail) As(ctx ActorContext) *Trail {
	mine := *t
	mine.ctx = ctx
	return &mine
}
