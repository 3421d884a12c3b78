package storetest

import (
	"context"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/web/api"
)

func rollsBackOnEnd(ctx context.Context, t require.TestingT, s *session) {
	ann, bob := s.create(ctx, t, "ann"), s.create(ctx, t, "bob")
	for range often {
		leaves, leave := context.WithCancel(ctx)
		err := s.Tx(leaves, func(users api.Users) error {
			change(ctx, t, users, ann, bob)
			leave()
			return nil
		})
		require.ErrorIs(t, err, context.Canceled)
		s.unchanged(ctx, t, ann, bob)
	}
}

// One transaction has changed a user and does not end. Who wants to change the
// same one waits, and may leave; the connections are still all there.
func waits(ctx context.Context, t require.TestingT, s *session) {
	ann := s.create(ctx, t, "ann")
	held, release := make(chan struct{}), make(chan struct{})
	holder := make(chan error, 1)
	go func() {
		holder <- s.Tx(ctx, func(users api.Users) error {
			_, err := users.Update(ctx, ann.ID, api.Match{}, name("held"))
			close(held)
			<-release
			return err
		})
	}()
	<-held
	for i := range often {
		short, cancel := context.WithTimeout(ctx, 5*time.Millisecond)
		waiter := make(chan error, 1)
		go func() {
			if i%2 == 0 {
				_, err := s.Update(short, ann.ID, api.Match{}, name("waited"))
				waiter <- err
				return
			}
			waiter <- s.Tx(short, func(users api.Users) error {
				return users.Delete(short, ann.ID, api.Match{})
			})
		}()
		select {
		case err := <-waiter:
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		case <-time.After(s.patience):
			assert.Fail(t, "it waits on when its ctx has ended")
		}
		cancel()
	}
	close(release)
	require.NoError(t, <-holder)
	assert.Equal(t, []string{"held"}, all(ctx, t, s))
	_, err := s.Update(ctx, ann.ID, version(2), name("next"))
	assert.NoError(t, err)
}

func ended(ctx context.Context, t require.TestingT, s *session) {
	ann := s.create(ctx, t, "ann")
	over, cancel := context.WithCancel(ctx)
	cancel()
	_, err := s.Create(over, "", draft("bob"))
	assert.ErrorIs(t, err, context.Canceled)
	_, err = s.Create(over, "key", draft("bob"))
	assert.ErrorIs(t, err, context.Canceled)
	_, err = s.Get(over, ann.ID)
	assert.ErrorIs(t, err, context.Canceled)
	_, err = s.List(over, "", 10)
	assert.ErrorIs(t, err, context.Canceled)
	_, err = s.Update(over, ann.ID, api.Match{}, name("x"))
	assert.ErrorIs(t, err, context.Canceled)
	assert.ErrorIs(t, s.Delete(over, ann.ID, api.Match{}), context.Canceled)
	assert.ErrorIs(t, s.Ping(over), context.Canceled)
	err = s.Tx(over, func(api.Users) error {
		assert.Fail(t, "it has begun")
		return nil
	})
	assert.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, []string{"ann"}, all(ctx, t, s))
}
