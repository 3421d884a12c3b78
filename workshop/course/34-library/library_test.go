package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// run runs f in a bubble, with a ctx that ends after half a minute, so that
// nothing can wait for ever. Then it looks whether the connection is free.
func run(t *testing.T, who string, f func(ctx context.Context, db *sql.DB, d *database)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		d := newDatabase()
		db := sql.OpenDB(d)
		defer db.Close()
		db.SetMaxOpenConns(1)
		start := time.Now()
		f(ctx, db, d)
		synctest.Wait()
		if took := time.Since(start); took > 0 {
			t.Errorf("%s, and waited %v, until giving up.", who, took)
			return
		}
		if n := db.Stats().InUse; n > 0 {
			t.Errorf("%s. The connection was not given back: the page hangs for all who come next.", who)
		}
	})
}

func TestFind(t *testing.T) {
	const who = "A reader looked for a book"
	for prefix, want := range map[string]string{"D": "Dune", "Uly": "Ulysses", "Walden": "Walden", "Zen": ""} {
		t.Run(prefix, func(t *testing.T) {
			run(t, who, func(ctx context.Context, db *sql.DB, _ *database) {
				b, err := Find(ctx, db, prefix)
				if b.Title != want || (want == "") != errors.Is(err, ErrUnknown) {
					t.Errorf("%s that begins with %q, and got %q and the error %v.", who, prefix, b.Title, err)
				}
			})
		})
	}
}

func TestFind_doesNotSayUnknownWhenItDoesNotKnow(t *testing.T) {
	const who = "A reader looked for a book while the line broke"
	run(t, who, func(ctx context.Context, db *sql.DB, d *database) {
		d.breaksAt = 3
		if _, err := Find(ctx, db, "Wal"); !errors.Is(err, errLine) || errors.Is(err, ErrUnknown) {
			t.Errorf("%s, and got the error %v. The library has the book.", who, err)
		}
	})
}

func TestAll(t *testing.T) {
	const who = "The librarian opened the list of all books"
	run(t, who, func(ctx context.Context, db *sql.DB, _ *database) {
		all, err := All(ctx, db)
		want := []Book{{1, "Dune", ""}, {2, "Emma", "ada"}, {3, "Ulysses", ""}, {4, "Walden", ""}}
		if !slices.Equal(all, want) || err != nil {
			t.Errorf("%s, and got %v and the error %v.", who, all, err)
		}
	})
}

func TestAll_isNoHalfList(t *testing.T) {
	const who = "The librarian opened the list while the line broke"
	run(t, who, func(ctx context.Context, db *sql.DB, d *database) {
		d.breaksAt = 3
		if all, err := All(ctx, db); !errors.Is(err, errLine) {
			t.Errorf("%s, and got %d of 4 books, as if there were no more. The error was %v.", who, len(all), err)
		}
	})
}

var errStrict = errors.New("three reminders")

func TestLend(t *testing.T) {
	for who, c := range map[string]struct {
		book      int
		member    string
		allowed   func() error
		noCommits bool
		want      error
		panics    bool
	}{
		"Bob borrowed a book":                                {1, "bob", nil, false, nil, false},
		"Bob asked for a book that is lent":                  {2, "bob", nil, false, ErrLent, false},
		"Eve, who is no member, asked for a book":            {1, "eve", nil, false, ErrNoMember, false},
		"Bob, who may not, asked for a book":                 {1, "bob", func() error { return errStrict }, false, errStrict, false},
		"Bob asked for a book, and a rule panicked":          {1, "bob", func() error { panic("rule 34b") }, false, nil, true},
		"Bob asked for a book, and the line broke at Commit": {1, "bob", nil, true, errLine, false},
	} {
		t.Run(who, func(t *testing.T) {
			run(t, who, func(ctx context.Context, db *sql.DB, d *database) {
				d.noCommits = c.noCommits
				if c.allowed == nil {
					c.allowed = func() error { return nil }
				}
				var err error
				panicked := recovered(func() { err = Lend(ctx, db, c.book, c.member, c.allowed) })
				if panicked != c.panics {
					t.Errorf("%s. Lend panicked: %v, and not %v.", who, panicked, c.panics)
				}
				if !errors.Is(err, c.want) || (c.want == nil) != (err == nil) {
					t.Errorf("%s, and Lend returned %q, not %q.", who, fmt.Sprint(err), fmt.Sprint(c.want))
				}
				synctest.Wait()
				done := c.want == nil && !c.panics
				lent, counted := d.loans[c.book] == c.member, d.members[c.member] == 1
				if lent != done || counted != done {
					t.Errorf("%s. The database says that %s has the book: %v, and has counted it: %v. Both must be %v.",
						who, c.member, lent, counted, done)
				}
			})
		})
	}
}

// recovered reports whether f panicked, as net/http does for a handler.
func recovered(f func()) (panicked bool) {
	defer func() {
		if v := recover(); v != nil {
			panicked = fmt.Sprint(v) != ""
		}
	}()
	f()
	return false
}
