package storetest

import (
	"context"
	"fmt"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/web/api"
)

// Each goroutine makes two users, one of them in a transaction, changes, lists
// and deletes. Nobody is refused, and at the end 64 are there.
func shared(ctx context.Context, t require.TestingT, s *session) {
	const goroutines = 64
	_, errs := count(goroutines, func(i int) error { return s.visit(ctx, t, i) })
	assert.Empty(t, errs)
	names := all(ctx, t, s)
	assert.Len(t, names, goroutines)
	for _, n := range names {
		assert.Equal(t, "changed", n)
	}
}

func (s *session) visit(ctx context.Context, t require.TestingT, i int) error {
	kept, err := s.Create(ctx, fmt.Sprint("key", i), draft(fmt.Sprint("kept", i)))
	if err != nil {
		return fmt.Errorf("creating: %w", err)
	}
	err = s.Tx(ctx, func(users api.Users) error {
		u, err := users.Create(ctx, "", draft(fmt.Sprint("left", i)))
		if err != nil {
			return err
		}
		if _, err = users.Update(ctx, kept.ID, version(1), name("changed")); err != nil {
			return err
		}
		return users.Delete(ctx, u.ID, version(1))
	})
	if err != nil {
		return fmt.Errorf("transaction: %w", err)
	}
	u, err := s.Get(ctx, kept.ID)
	if err != nil {
		return fmt.Errorf("getting: %w", err)
	}
	assert.Equal(t, "changed", u.Name)
	_, err = s.List(ctx, "", 5)
	return err
}

func closed(ctx context.Context, t require.TestingT, s *session) {
	ann := s.create(ctx, t, "ann")
	require.NoError(t, s.Close())
	_, err := s.Create(ctx, "key", draft("bob"))
	assert.ErrorIs(t, err, api.ErrUnavailable)
	_, err = s.Get(ctx, ann.ID)
	assert.ErrorIs(t, err, api.ErrUnavailable)
	_, err = s.List(ctx, "", 10)
	assert.ErrorIs(t, err, api.ErrUnavailable)
	_, err = s.Update(ctx, ann.ID, api.Match{}, name("x"))
	assert.ErrorIs(t, err, api.ErrUnavailable)
	assert.ErrorIs(t, s.Delete(ctx, ann.ID, api.Match{}), api.ErrUnavailable)
	assert.ErrorIs(t, s.Ping(ctx), api.ErrUnavailable)
	err = s.Tx(ctx, func(api.Users) error { return nil })
	assert.ErrorIs(t, err, api.ErrUnavailable)
	assert.NoError(t, s.Close(), "once more")
}

func restarted(ctx context.Context, t require.TestingT, s *session) {
	ann, err := s.Create(ctx, "key", draft("ann"))
	require.NoError(t, err)
	last, more := s.create(ctx, t, "last"), s.create(ctx, t, "more")
	changed, err := s.Update(ctx, ann.ID, version(1), name("Anna"))
	require.NoError(t, err)
	page, err := s.List(ctx, "", 2)
	require.NoError(t, err)
	require.NoError(t, s.Delete(ctx, last.ID, version(1)))
	require.NoError(t, s.Delete(ctx, more.ID, version(1)))
	require.NoError(t, s.Close())

	opened, err := s.open()
	require.NoError(t, err)
	s.Store = opened
	got, err := s.Get(ctx, ann.ID)
	require.NoError(t, err)
	assert.Equal(t, changed, got)
	again, err := s.Create(ctx, "key", draft("ann"))
	require.NoError(t, err)
	assert.Equal(t, ann, again, "keys remain")
	_, err = s.Create(ctx, "", draft("ANN"))
	assert.ErrorIs(t, err, api.ErrTaken)
	next := s.create(ctx, t, "next")
	rest, err := s.List(ctx, page.Next, 10)
	require.NoError(t, err)
	assert.Equal(t, []api.User{next}, rest.Users, "so do cursors: nobody gets a place again")
}
