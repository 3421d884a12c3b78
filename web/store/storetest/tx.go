package storetest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/web/api"
)

// Each transaction puts two new users, of one name, in the place of the last
// two: a reader finds two, and both have one name.
func whole(ctx context.Context, t require.TestingT, s *session) {
	stop, moved := make(chan struct{}), make(chan struct{})
	var writer sync.WaitGroup
	defer writer.Wait()
	defer close(stop)
	require.NoError(t, s.renew(ctx, 0))
	writer.Go(func() {
		for i := 1; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			if !assert.NoError(t, s.renew(ctx, i)) {
				return
			}
			if i == 4 {
				close(moved)
			}
		}
	})
	look := func() {
		names := all(ctx, t, s)
		require.Len(t, names, 2)
		assert.Equal(t, names[0], names[1])
	}
	for met := false; !met; {
		require.NoError(t, ctx.Err())
		look()
		select {
		case <-moved:
			met = true
		default:
		}
	}
	for range 40 {
		look()
	}
}

// renew deletes all users and makes two.
func (s *session) renew(ctx context.Context, i int) error {
	return s.Tx(ctx, func(users api.Users) error {
		page, err := users.List(ctx, "", 10)
		if err != nil {
			return err
		}
		for _, u := range page.Users {
			if err := users.Delete(ctx, u.ID, api.Match{}); err != nil {
				return err
			}
		}
		for _, who := range []string{"ann", "bob"} {
			d := draft(who)
			d.Name = fmt.Sprint(i)
			if _, err := users.Create(ctx, "", d); err != nil {
				return err
			}
		}
		return nil
	})
}

func ownWrites(ctx context.Context, t require.TestingT, s *session) {
	old := s.create(ctx, t, "old")
	err := s.Tx(ctx, func(users api.Users) error {
		u, err := users.Create(ctx, "key", draft("ann"))
		require.NoError(t, err)
		got, err := users.Get(ctx, u.ID)
		require.NoError(t, err)
		assert.Equal(t, u, got)
		again, err := users.Create(ctx, "key", draft("ann"))
		require.NoError(t, err)
		assert.Equal(t, u, again)
		_, err = users.Update(ctx, u.ID, version(1), name("Anna"))
		require.NoError(t, err)
		require.NoError(t, users.Delete(ctx, old.ID, version(1)))
		assert.NoError(t, users.Ping(ctx))
		assert.Equal(t, []string{"Anna"}, all(ctx, t, users))
		return nil
	})
	require.NoError(t, err)
	assert.Equal(t, []string{"Anna"}, all(ctx, t, s))
}

// change does, in a transaction, one of each that can be done.
func change(ctx context.Context, t require.TestingT, users api.Users, updated, deleted api.User) {
	_, err := users.Create(ctx, "key", draft("new"))
	assert.NoError(t, err)
	_, err = users.Update(ctx, updated.ID, version(1), email("new2@example.com"))
	assert.NoError(t, err)
	assert.NoError(t, users.Delete(ctx, deleted.ID, version(1)))
}

// unchanged asserts that nothing of change is there.
func (s *session) unchanged(ctx context.Context, t require.TestingT, updated, deleted api.User) {
	assert.Equal(t, []string{"ann", "bob"}, all(ctx, t, s))
	for _, u := range []api.User{updated, deleted} {
		got, err := s.Get(ctx, u.ID)
		require.NoError(t, err)
		assert.Equal(t, u, got)
	}
	err := s.Tx(ctx, func(users api.Users) error {
		_, err := users.Create(ctx, "key", draft("other"))
		assert.NoError(t, err, "the key has not been used")
		return errUndone
	})
	assert.ErrorIs(t, err, errUndone)
}

var errUndone = errors.New("undone")

// More often than there are connections, so that one that is not given back is
// missed.
const often = 2 * Connections

func rollsBack(ctx context.Context, t require.TestingT, s *session) {
	ann, bob := s.create(ctx, t, "ann"), s.create(ctx, t, "bob")
	for range often {
		err := s.Tx(ctx, func(users api.Users) error {
			change(ctx, t, users, ann, bob)
			return fmt.Errorf("in the middle: %w", errUndone)
		})
		require.ErrorIs(t, err, errUndone)
		s.unchanged(ctx, t, ann, bob)
	}
}

func rollsBackOnPanic(ctx context.Context, t require.TestingT, s *session) {
	ann, bob := s.create(ctx, t, "ann"), s.create(ctx, t, "bob")
	for i := range often {
		done := make(chan any)
		go func() {
			var got any
			defer func() { done <- got }()
			defer func() { got = recover() }()
			_ = s.Tx(ctx, func(users api.Users) error {
				change(ctx, t, users, ann, bob)
				if i%2 == 0 {
					runtime.Goexit() // as FailNow does
				}
				panic("boom")
			})
		}()
		got := <-done
		if i%2 != 0 {
			require.Equal(t, "boom", got, "the panic goes on")
		}
		s.unchanged(ctx, t, ann, bob)
	}
}

func handled(ctx context.Context, t require.TestingT, s *session) {
	ann := s.create(ctx, t, "ann")
	err := s.Tx(ctx, func(users api.Users) error {
		bob, err := users.Create(ctx, "", draft("bob"))
		require.NoError(t, err)
		_, err = users.Create(ctx, "", draft("ann"))
		assert.ErrorIs(t, err, api.ErrTaken)
		_, err = users.Create(ctx, "key", draft("ann"))
		assert.ErrorIs(t, err, api.ErrTaken)
		_, err = users.Update(ctx, bob.ID, api.Match{}, email("ann@example.com"))
		assert.ErrorIs(t, err, api.ErrTaken)
		_, err = users.Update(ctx, ann.ID, version(7), name("x"))
		assert.ErrorIs(t, err, api.ErrStale)
		_, err = users.Get(ctx, "nobody\x00")
		assert.ErrorIs(t, err, api.ErrNotFound)
		_, err = users.Create(ctx, "key", draft("eve"))
		assert.NoError(t, err)
		return nil
	})
	require.NoError(t, err)
	assert.Equal(t, []string{"ann", "bob", "eve"}, all(ctx, t, s))
}
