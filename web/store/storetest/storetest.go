// Package storetest holds a [store.Store] to its contract, as testing/fstest
// does a file system. A rule is a sentence and what proves it; the test of this
// package proves of each rule that it fails with a store that breaks it.
package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/web/api"
	"example.com/goguide/web/store"
)

// Connections is how many a store under test may have to its database, so that
// the rules find one that forgets to give them back.
const Connections = 4

// Fresh returns a function that opens a store on an empty database of its own.
// Called once more, after Close, it opens a store on the same database.
type Fresh func(t testing.TB) (open func() (store.Store, error))

// An Option says what a store need not do.
type Option func(*setup)

type setup struct{ forgets bool }

// Forgets says that a store that is closed is lost.
func Forgets(s *setup) { s.forgets = true }

// Run tests each rule of the contract, in a parallel subtest and with a store
// of its own.
func Run(t *testing.T, fresh Fresh, options ...Option) {
	var in setup
	for _, o := range options {
		o(&in)
	}
	for _, r := range rules {
		if r.lasting && in.forgets {
			continue
		}
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			r.check(t.Context(), t, newSession(t, fresh(t), time.Minute))
		})
	}
}

// A rule is a sentence of the contract and its check, which fails by t alone, so
// that the test of this package can see that it does.
type rule struct {
	name    string
	check   func(ctx context.Context, t require.TestingT, s *session)
	lasting bool // only for what remains when a store is closed
}

// A session is the store under test.
type session struct {
	store.Store
	open     func() (store.Store, error)
	patience time.Duration // for what should be soon
}

func newSession(
	t testing.TB,
	open func() (store.Store, error),
	patience time.Duration,
) *session {
	s, err := open()
	require.NoError(t, err)
	under := &session{Store: s, open: open, patience: patience}
	t.Cleanup(func() { assert.NoError(t, under.Close()) })
	return under
}

var rules = []rule{
	{name: "what is created can be got", check: created},
	{name: "what is not there is not found", check: notThere},
	{name: "an update changes what it names", check: updated},
	{name: "what is deleted is gone", check: deleted},
	{name: "an address has one user", check: taken},
	{name: "of many who want an address one gets it", check: race},
	{name: "what is no text is refused", check: noText},
	{name: "a stale version changes nothing", check: stale},
	{name: "of many with one version one wins", check: matched},
	{name: "no update is lost", check: lost},
	{name: "a key makes one user", check: idempotent},
	{name: "of many with one key all get the same user", check: idempotentAtOnce},
	{name: "a list has pages, and each user once", check: paged},
	{name: "pages stay right while others write", check: pagedAmongWrites},
	{name: "a cursor that is none is refused", check: noCursor},
	{name: "a transaction is seen as a whole", check: whole},
	{name: "a transaction reads what it wrote", check: ownWrites},
	{name: "a transaction rolls back on an error", check: rollsBack},
	{name: "a transaction rolls back on a panic", check: rollsBackOnPanic},
	{name: "a transaction outlives an error that is handled", check: handled},
	{name: "a transaction rolls back when its ctx ends", check: rollsBackOnEnd},
	{name: "a call that waits ends with its ctx", check: waits},
	{name: "a ctx that has ended begins nothing", check: ended},
	{name: "64 goroutines share the connections", check: shared},
	{name: "what is closed answers nobody", check: closed},
	{name: "what was written is there after a restart", check: restarted, lasting: true},
}

// draft returns a user whose address nobody else has.
func draft(name string) api.Draft {
	return api.Draft{Name: name, Email: name + "@example.com"}
}

func (s *session) create(ctx context.Context, t require.TestingT, name string) api.User {
	u, err := s.Create(ctx, "", draft(name))
	require.NoError(t, err)
	return u
}

// maxPages is more than any list here has: one that goes on is one without an
// end.
const maxPages = 1000

// all returns the names of all users, in the order of the list.
func all(ctx context.Context, t require.TestingT, users api.Users) []string {
	names := []string{}
	for cursor, pages := "", 0; ; pages++ {
		require.Less(t, pages, maxPages, "the list has no end")
		page, err := users.List(ctx, cursor, api.MaxLimit)
		require.NoError(t, err)
		for _, u := range page.Users {
			names = append(names, u.Name)
		}
		if cursor = page.Next; cursor == "" {
			return names
		}
	}
}

// version returns the Match of one version.
func version(v int) api.Match { return api.ParseMatch(api.ETag(v)) }

func name(s string) api.Patch  { return api.Patch{Name: &s} }
func email(s string) api.Patch { return api.Patch{Email: &s} }
