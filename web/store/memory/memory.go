// Package memory keeps users in memory, for tests and for a first start: what
// it forgets when it is closed is all it has. It belongs to part 12 of the
// guide.
//
// One lock is held for a call, and for all of a transaction, which works on a
// copy: its cost grows with the number of users. The lock is a channel, since
// a caller whose ctx ends can leave a select and cannot leave a sync.Mutex.
package memory

import (
	"context"
	"errors"

	"example.com/goguide/web/api"
	"example.com/goguide/web/store"
)

// A Store is a [store.Store]. It keeps every Idempotency-Key for as long as it
// lives.
type Store struct {
	turn   chan struct{} // holds one when it is somebody's turn
	closed chan struct{}
	users  *users
}

var _ store.Store = (*Store)(nil)

// New returns a store without users.
func New() *Store {
	return &Store{
		turn:   make(chan struct{}, 1),
		closed: make(chan struct{}),
		users: &users{
			ids:    make(map[string]int64),
			emails: make(map[string]string),
			keys:   make(map[string]created),
		},
	}
}

// Tx implements [store.Store].
func (s *Store) Tx(
	ctx context.Context,
	f func(users api.Users) error,
) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.leave()
	changed := s.users.clone()
	if err := f(changed); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s.users = changed
	return nil
}

// Close implements [store.Store].
func (s *Store) Close() error {
	s.turn <- struct{}{}
	defer s.leave()
	select {
	case <-s.closed:
	default:
		close(s.closed)
	}
	return nil
}

// enter waits for the caller's turn. Without an error, it is to leave.
func (s *Store) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err // select would choose by chance
	}
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-s.closed:
		s.leave()
		return store.Unavailable(errClosed)
	default:
		return nil
	}
}

func (s *Store) leave() { <-s.turn }

var errClosed = errors.New("the store is closed")

// Create implements [api.Users].
func (s *Store) Create(
	ctx context.Context,
	key string,
	d api.Draft,
) (api.User, error) {
	if err := s.enter(ctx); err != nil {
		return api.User{}, err
	}
	defer s.leave()
	return s.users.Create(ctx, key, d)
}

// Get implements [api.Users].
func (s *Store) Get(ctx context.Context, id string) (api.User, error) {
	if err := s.enter(ctx); err != nil {
		return api.User{}, err
	}
	defer s.leave()
	return s.users.Get(ctx, id)
}

// List implements [api.Users].
func (s *Store) List(
	ctx context.Context,
	cursor string,
	limit int,
) (api.Page, error) {
	if err := s.enter(ctx); err != nil {
		return api.Page{}, err
	}
	defer s.leave()
	return s.users.List(ctx, cursor, limit)
}

// Update implements [api.Users].
func (s *Store) Update(
	ctx context.Context,
	id string,
	m api.Match,
	p api.Patch,
) (api.User, error) {
	if err := s.enter(ctx); err != nil {
		return api.User{}, err
	}
	defer s.leave()
	return s.users.Update(ctx, id, m, p)
}

// Delete implements [api.Users].
func (s *Store) Delete(ctx context.Context, id string, m api.Match) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.leave()
	return s.users.Delete(ctx, id, m)
}

// Ping implements [api.Users].
func (s *Store) Ping(ctx context.Context) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	s.leave()
	return nil
}
