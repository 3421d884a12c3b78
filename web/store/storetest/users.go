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

	"example.com/goguide/detect/parallel"
	"example.com/goguide/web/api"
	"example.com/goguide/web/store"
)

func created(ctx context.Context, t require.TestingT, s *session) {
	require.NoError(t, s.Ping(ctx))
	for i, text := range []string{
		"Ann", "Zoë 🦊", "Robert'); DROP TABLE users;--", `"$1" ? :a @b %s \`,
		strings.Repeat("𝔊", 100), "a\tb\r\nc\u2028\ufeff",
	} {
		d := api.Draft{Name: text, Email: fmt.Sprint(i, "@example.com")}
		made, err := s.Create(ctx, "", d)
		require.NoError(t, err, text)
		assert.NotEmpty(t, made.ID)
		assert.Equal(t, api.User{ID: made.ID, Name: text, Email: d.Email, Version: 1}, made)
		got, err := s.Get(ctx, made.ID)
		require.NoError(t, err, text)
		assert.Equal(t, made, got)
	}
}

func notThere(ctx context.Context, t require.TestingT, s *session) {
	made := s.create(ctx, t, "ann")
	for _, id := range []string{
		"", "nobody", strings.ToUpper(made.ID), made.ID + " ", "%", "1",
		"\x00", made.ID + "\x00", "\xff", strings.Repeat("a", 1<<16),
	} {
		_, err := s.Get(ctx, id)
		assert.ErrorIs(t, err, api.ErrNotFound, "%.40q", id)
		_, err = s.Update(ctx, id, api.Match{}, name("x"))
		assert.ErrorIs(t, err, api.ErrNotFound, "%.40q", id)
		assert.ErrorIs(t, s.Delete(ctx, id, api.Match{}), api.ErrNotFound, "%.40q", id)
	}
	assert.Equal(t, []string{"ann"}, all(ctx, t, s))
}

func updated(ctx context.Context, t require.TestingT, s *session) {
	u := s.create(ctx, t, "ann")
	other := s.create(ctx, t, "bob")
	for i, p := range []api.Patch{
		name("Anna"),
		email("anna@example.com"),
		email("ANNA@example.com"), // her own, in another case
		email("ANNA@example.com"), // and once more
		{},
	} {
		got, err := s.Update(ctx, u.ID, api.Match{}, p)
		require.NoError(t, err)
		if p.Name != nil {
			u.Name = *p.Name
		}
		if p.Email != nil {
			u.Email = *p.Email
		}
		u.Version = i + 2
		assert.Equal(t, u, got)
		got, err = s.Get(ctx, u.ID)
		require.NoError(t, err)
		assert.Equal(t, u, got)
	}
	got, err := s.Get(ctx, other.ID)
	require.NoError(t, err)
	assert.Equal(t, other, got)
	assert.Equal(t, []string{"Anna", "bob"}, all(ctx, t, s), "an update moves nobody")
	s.create(ctx, t, "ann") // the address is free again
}

func deleted(ctx context.Context, t require.TestingT, s *session) {
	u := s.create(ctx, t, "ann")
	s.create(ctx, t, "bob")
	require.NoError(t, s.Delete(ctx, u.ID, api.Match{}))
	_, err := s.Get(ctx, u.ID)
	assert.ErrorIs(t, err, api.ErrNotFound)
	assert.ErrorIs(t, s.Delete(ctx, u.ID, api.Match{}), api.ErrNotFound)
	assert.Equal(t, []string{"bob"}, all(ctx, t, s))
	again := s.create(ctx, t, "ann")
	assert.NotEqual(t, u.ID, again.ID)
	assert.Equal(t, []string{"bob", "ann"}, all(ctx, t, s), "the place is a new one")
}

func taken(ctx context.Context, t require.TestingT, s *session) {
	zoe, err := s.Create(ctx, "", api.Draft{Name: "Zoë", Email: "Zoë@example.com"})
	require.NoError(t, err)
	bob := s.create(ctx, t, "bob")
	for _, address := range []string{"Zoë@example.com", "zoë@example.com", "ZOË@EXAMPLE.COM"} {
		_, err := s.Create(ctx, "", api.Draft{Name: "x", Email: address})
		assert.ErrorIs(t, err, api.ErrTaken, address)
		_, err = s.Update(ctx, bob.ID, api.Match{}, email(address))
		assert.ErrorIs(t, err, api.ErrTaken, address)
	}
	got, err := s.Get(ctx, bob.ID)
	require.NoError(t, err)
	assert.Equal(t, bob, got, "what is refused changes nothing")
	_, err = s.Create(ctx, "", api.Draft{Name: "x", Email: "zoe@example.com"})
	assert.NoError(t, err, "an accent is no case")
	assert.Equal(t, []string{"Zoë", "bob", "x"}, all(ctx, t, s))
	got, err = s.Get(ctx, zoe.ID)
	require.NoError(t, err)
	assert.Equal(t, zoe, got)
}

// count runs f n times at once and returns how many returned no error, and
// what the others did.
func count(n int, f func(i int) error) (done int, errs []error) {
	var mu sync.Mutex
	parallel.Do(n, func(i int) {
		err := f(i)
		mu.Lock()
		defer mu.Unlock()
		if err == nil {
			done++
		} else {
			errs = append(errs, err)
		}
	})
	return done, errs
}

func race(ctx context.Context, t require.TestingT, s *session) {
	bob := s.create(ctx, t, "bob")
	done, errs := count(16, func(i int) error {
		var err error
		if i == 0 {
			_, err = s.Update(ctx, bob.ID, api.Match{}, email("ann@example.com"))
		} else {
			_, err = s.Create(ctx, "", draft("ann"))
		}
		return err
	})
	assert.Equal(t, 1, done)
	for _, err := range errs {
		assert.ErrorIs(t, err, api.ErrTaken)
	}
}

// What one database refuses no store may keep.
func noText(ctx context.Context, t require.TestingT, s *session) {
	u := s.create(ctx, t, "ann")
	refused := func(err error, bad string) {
		_, ok := errors.AsType[api.Invalid](err)
		assert.True(t, ok, "%q: %v", bad, err)
	}
	for _, bad := range []string{"a\x00b", "\xff", "a\xc3"} {
		_, err := s.Create(ctx, "", api.Draft{Name: bad, Email: "x@example.com"})
		refused(err, bad)
		_, err = s.Create(ctx, "", api.Draft{Name: "x", Email: bad + "@example.com"})
		refused(err, bad)
		_, err = s.Create(ctx, bad, draft("x"))
		refused(err, bad)
		_, err = s.Update(ctx, u.ID, api.Match{}, name(bad))
		refused(err, bad)
		_, err = s.Update(ctx, u.ID, api.Match{}, email(bad))
		refused(err, bad)
	}
	assert.Equal(t, []string{"ann"}, all(ctx, t, s))
}

func stale(ctx context.Context, t require.TestingT, s *session) {
	u := s.create(ctx, t, "ann")
	u, err := s.Update(ctx, u.ID, version(1), name("Anna"))
	require.NoError(t, err)
	for _, m := range []api.Match{version(1), version(3), api.ParseMatch(`W/"2"`)} {
		_, err = s.Update(ctx, u.ID, m, name("x"))
		assert.ErrorIs(t, err, api.ErrStale)
		assert.ErrorIs(t, s.Delete(ctx, u.ID, m), api.ErrStale)
	}
	got, err := s.Get(ctx, u.ID)
	require.NoError(t, err)
	assert.Equal(t, u, got)
	_, err = s.Update(ctx, u.ID, api.ParseMatch(`"7", "2"`), name("Anne"))
	assert.NoError(t, err, "one of a list is enough")
	assert.NoError(t, s.Delete(ctx, u.ID, api.ParseMatch("*")))
}

func matched(ctx context.Context, t require.TestingT, s *session) {
	u := s.create(ctx, t, "ann")
	done, errs := count(16, func(i int) error {
		_, err := s.Update(ctx, u.ID, version(1), name(fmt.Sprint(i)))
		return err
	})
	assert.Equal(t, 1, done)
	for _, err := range errs {
		assert.ErrorIs(t, err, api.ErrStale)
	}
	got, err := s.Get(ctx, u.ID)
	require.NoError(t, err)
	assert.Equal(t, 2, got.Version)
	done, errs = count(16, func(int) error { return s.Delete(ctx, u.ID, version(2)) })
	assert.Equal(t, 1, done)
	for _, err := range errs {
		assert.ErrorIs(t, err, api.ErrNotFound)
	}
}

// An update without If-Match takes the version that it finds: none is refused,
// and in the order of their versions each one goes on where the one before
// ended.
func lost(ctx context.Context, t require.TestingT, s *session) {
	u := s.create(ctx, t, "ann")
	patches := make([]api.Patch, 32)
	got := make([]api.User, len(patches))
	_, errs := count(len(patches), func(i int) (err error) {
		patches[i] = name(fmt.Sprint(i))
		if i%2 == 0 {
			patches[i] = email(fmt.Sprint(i, "@example.com"))
		}
		got[i], err = s.Update(ctx, u.ID, api.Match{}, patches[i])
		return err
	})
	require.Empty(t, errs)
	for range patches {
		next := slices.IndexFunc(got, func(g api.User) bool { return g.Version == u.Version+1 })
		require.GreaterOrEqual(t, next, 0, "who made version %d?", u.Version+1)
		u = store.Changed(u, patches[next])
		require.Equal(t, u, got[next])
	}
	last, err := s.Get(ctx, u.ID)
	require.NoError(t, err)
	assert.Equal(t, u, last)
}
