// Package storetest runs a test on each database that the shop knows: SQLite in
// a file, and PostgreSQL. It belongs to part 12 of the guide.
//
// The PostgreSQL is the one that DATABASE_URL names, whose user must be allowed
// to create databases, or else one of the test's own (package [pgserver]), which
// the tests of a package share. Each test has a database of its own.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"example.com/goguide/detect/pgserver"
)

// Each runs a test, parallel to others, on a database of each kind. The place is
// one for store.Open, as often as the test likes.
func Each(t *testing.T, test func(t *testing.T, place string)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		test(t, filepath.Join(t.TempDir(), "shop.db"))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		test(t, Postgres(t))
	})
}

// Main ends the server of these tests when they are done. For TestMain:
// goleak.VerifyTestMain(storetest.Main(m)).
func Main(m *testing.M) interface{ Run() int } { return runner{m} }

type runner struct{ m *testing.M }

func (r runner) Run() int {
	code := r.m.Run()
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.server != nil {
		shared.server.Close()
	}
	return code
}

// shared is the server that all tests of a process use.
var shared struct {
	mu     sync.Mutex
	url    string // empty until the first test asks
	server *pgserver.Server
}

func sharedURL(t testing.TB) string {
	t.Helper()
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.url == "" {
		if shared.url = os.Getenv("DATABASE_URL"); shared.url == "" {
			shared.server = pgserver.Open(t)
			shared.url = shared.server.URL()
		}
	}
	return shared.url
}

var serial atomic.Int64

// Postgres returns the URL of a new database, which is dropped when t ends.
func Postgres(t testing.TB) string {
	t.Helper()
	base := sharedURL(t)
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal("DATABASE_URL: want postgres://user@host/database") // err may tell a password
	}
	name := fmt.Sprintf("goguide_shop_%d_%d", os.Getpid(), serial.Add(1))
	if err := execute(base, "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := execute(base, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	u.Path = "/" + name
	return u.String()
}

// execute executes a statement outside of a transaction.
func execute(dsn, statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return fmt.Errorf("storetest: %w", err)
	}
	_, err = c.Exec(ctx, statement)
	if err := errors.Join(err, c.Close(ctx)); err != nil {
		return fmt.Errorf("storetest: %s: %w", statement, err)
	}
	return nil
}
