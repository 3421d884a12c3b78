package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/web/api"
)

func idempotent(ctx context.Context, t require.TestingT, s *session) {
	first, err := s.Create(ctx, "key", draft("ann"))
	require.NoError(t, err)
	again := func() {
		u, err := s.Create(ctx, "key", draft("ann"))
		require.NoError(t, err)
		assert.Equal(t, first, u, "what the first call returned")
	}
	again()
	for _, other := range []api.Draft{draft("bob"), {Name: "ann", Email: "ANN@example.com"}} {
		_, err = s.Create(ctx, "key", other)
		assert.ErrorIs(t, err, api.ErrKeyReused)
	}
	_, err = s.Create(ctx, "failed", draft("ann"))
	require.ErrorIs(t, err, api.ErrTaken)
	_, err = s.Create(ctx, "failed", draft("bob"))
	assert.NoError(t, err, "what failed has not used the key")
	_, err = s.Create(ctx, "KEY", draft("eve"))
	assert.NoError(t, err, "a key has its case")
	_, err = s.Update(ctx, first.ID, api.Match{}, name("Anna"))
	require.NoError(t, err)
	again()
	require.NoError(t, s.Delete(ctx, first.ID, api.Match{}))
	again()
	assert.Equal(t, []string{"bob", "eve"}, all(ctx, t, s))
}

func idempotentAtOnce(ctx context.Context, t require.TestingT, s *session) {
	var mu sync.Mutex
	ids := make(map[string]bool)
	_, errs := count(16, func(int) error {
		u, err := s.Create(ctx, "key", draft("ann"))
		mu.Lock()
		defer mu.Unlock()
		ids[u.ID] = true
		return err
	})
	assert.Empty(t, errs)
	assert.Len(t, ids, 1)
	assert.Equal(t, []string{"ann"}, all(ctx, t, s))
}

func paged(ctx context.Context, t require.TestingT, s *session) {
	page, err := s.List(ctx, "", 1)
	require.NoError(t, err)
	assert.Equal(t, api.Page{Users: []api.User{}}, page, "an empty list is no null")
	made := make([]api.User, 20)
	for i := range made {
		made[i] = s.create(ctx, t, fmt.Sprint(i))
	}
	for _, limit := range []int{1, 7, 10, 20, 100} {
		var seen []api.User
		for cursor, pages := "", 0; ; {
			page, err := s.List(ctx, cursor, limit)
			require.NoError(t, err)
			pages++
			seen = append(seen, page.Users...)
			if cursor = page.Next; cursor == "" {
				assert.Equal(t, (20+limit-1)/limit, pages, "no page is empty")
				break
			}
			require.Len(t, page.Users, limit)
			require.LessOrEqual(t, pages, 20)
		}
		assert.Equal(t, made, seen)
	}
}

// Whoever was there when the list began, and has not been deleted, is listed
// once, in order; nobody is listed twice.
func pagedAmongWrites(ctx context.Context, t require.TestingT, s *session) {
	stay := []string{}
	var leave []string
	for i := range 40 {
		u := s.create(ctx, t, fmt.Sprint("old", i))
		if i%3 != 1 {
			stay = append(stay, u.Name)
		} else {
			leave = append(leave, u.ID)
		}
	}
	var writers sync.WaitGroup
	defer writers.Wait()
	stop := make(chan struct{})
	defer close(stop)
	for w := range 4 {
		writers.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				u, err := s.Create(ctx, "", draft(fmt.Sprintf("new%d.%d", w, i)))
				if !assert.NoError(t, err) {
					return
				}
				assert.NoError(t, s.Delete(ctx, u.ID, api.Match{}))
			}
		})
	}
	var seen []string
	for cursor, pages := "", 0; ; pages++ {
		require.Less(t, pages, maxPages, "the list never comes to the last of the first 40")
		page, err := s.List(ctx, cursor, 3)
		require.NoError(t, err)
		for _, u := range page.Users {
			seen = append(seen, u.Name)
		}
		if len(leave) > 0 { // somebody in front of the cursor, and behind it
			assert.NoError(t, s.Delete(ctx, leave[0], api.Match{}))
			leave = leave[1:]
		}
		// The list may go on for as long as users are made.
		if cursor = page.Next; cursor == "" || slices.Contains(seen, "old39") {
			break
		}
	}
	old := slices.DeleteFunc(slices.Clone(seen), func(name string) bool { return !slices.Contains(stay, name) })
	assert.Equal(t, stay, old)
	slices.Sort(seen)
	assert.Len(t, slices.Compact(slices.Clone(seen)), len(seen), "nobody twice")
}

func noCursor(ctx context.Context, t require.TestingT, s *session) {
	s.create(ctx, t, "ann")
	for _, cursor := range []string{
		"x", "-1", "1.5", " 1", "\x00", "99999999999999999999", "1; DROP TABLE users", strings.Repeat("1", 1<<10),
	} {
		_, err := s.List(ctx, cursor, 10)
		_, ok := errors.AsType[api.Invalid](err)
		assert.True(t, ok, "%.40q: %v", cursor, err)
	}
	page, err := s.List(ctx, "9223372036854775807", 10)
	require.NoError(t, err)
	assert.Equal(t, api.Page{Users: []api.User{}}, page)
}
