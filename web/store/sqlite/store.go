package sqlite

import (
	"context"

	"example.com/goguide/web/api"
)

// Create implements [api.Users].
func (s *Store) Create(
	ctx context.Context,
	key string,
	d api.Draft,
) (api.User, error) {
	return written(ctx, s, func(us users) (api.User, error) {
		return us.Create(ctx, key, d)
	})
}

// Get implements [api.Users].
func (s *Store) Get(ctx context.Context, id string) (api.User, error) {
	return s.reader().Get(ctx, id)
}

// List implements [api.Users].
func (s *Store) List(
	ctx context.Context,
	cursor string,
	limit int,
) (api.Page, error) {
	return s.reader().List(ctx, cursor, limit)
}

// Update implements [api.Users].
func (s *Store) Update(
	ctx context.Context,
	id string,
	m api.Match,
	p api.Patch,
) (api.User, error) {
	return written(ctx, s, func(us users) (api.User, error) {
		return us.Update(ctx, id, m, p)
	})
}

// Delete implements [api.Users].
func (s *Store) Delete(ctx context.Context, id string, m api.Match) error {
	return s.tx(ctx, func(us users) error { return us.Delete(ctx, id, m) })
}

// Ping implements [api.Users].
func (s *Store) Ping(ctx context.Context) error { return s.reader().Ping(ctx) }

// written returns what f has returned if that is committed, and else nothing.
func written(
	ctx context.Context,
	s *Store,
	f func(users) (api.User, error),
) (api.User, error) {
	var u api.User
	err := s.tx(ctx, func(us users) (err error) {
		u, err = f(us)
		return err
	})
	if err != nil {
		return api.User{}, err
	}
	return u, nil
}
