// Package pgtest gives each test a PostgreSQL database of its own: a copy of
// one that has been migrated once, so that tests run in parallel and none
// cleans up behind another. It belongs to part 12 of the guide.
//
// The server is the first of these:
//
//   - the one that DATABASE_URL names, whose user must be allowed to create
//     databases;
//   - one of its own (package [pgserver]).
//
// With neither the test is skipped and says so; where CI is set it fails, for
// there a skip is a test that nobody has run. Docker is not a third way: start
// a container and put its address into DATABASE_URL.
//
// Of a server that DATABASE_URL names a killed test leaves its databases,
// goguide_…, behind.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"example.com/goguide/detect/pgserver"
)

// A Server is a PostgreSQL of the test's own.
type Server = pgserver.Server

// Start starts a server for one test, which may kill it, and ends it when t
// ends. A setting is like one of postgresql.conf: fsync=on.
func Start(t testing.TB, settings ...string) *Server {
	t.Helper()
	s := pgserver.Open(t, settings...)
	t.Cleanup(s.Close)
	return s
}

// Main makes sure that the server is gone when the tests have ended, and not
// only soon after. For TestMain: goleak.VerifyTestMain(pgtest.Main(m)).
func Main(m *testing.M) interface{ Run() int } { return runner{m} }

type runner struct{ m *testing.M }

func (r runner) Run() int {
	code := r.m.Run()
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.server != nil {
		shared.server.Close()
		return code
	}
	for _, name := range shared.templates { // of the one of DATABASE_URL
		if err := drop(shared.url, name); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return max(code, 1)
		}
	}
	return code
}

// shared is the server that all tests of a process use.
var shared struct {
	mu        sync.Mutex
	url       string // empty until the first test asks
	server    *Server
	templates []string
}

// sharedURL returns the address of the shared server, or skips t.
func sharedURL(t testing.TB) string {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.url == "" {
		if given := os.Getenv("DATABASE_URL"); given != "" {
			if err := check(given); err != nil {
				t.Fatal(err)
			}
			shared.url = given
		} else {
			shared.server = pgserver.Open(t)
			shared.url = shared.server.URL()
		}
	}
	return shared.url
}

// A Template is a database that is made once, and then copied.
type Template struct {
	// Migrate makes the tables. It must close its connections: what
	// somebody is connected to cannot be copied.
	Migrate func(ctx context.Context, url string) error

	once sync.Once
	name string
	err  error
}

// Database returns the URL of a copy, which is dropped when t ends.
func (tmpl *Template) Database(t testing.TB) string {
	t.Helper()
	base := sharedURL(t)
	tmpl.once.Do(func() { tmpl.name, tmpl.err = tmpl.make(base) })
	if tmpl.err != nil {
		t.Fatal(tmpl.err)
	}
	name := newName()
	if err := create(base, name, tmpl.name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := drop(base, name); err != nil {
			t.Error(err)
		}
	})
	return withDatabase(base, name)
}

func (tmpl *Template) make(base string) (string, error) {
	name := newName()
	if err := create(base, name, "template0"); err != nil {
		return "", err
	}
	shared.mu.Lock()
	shared.templates = append(shared.templates, name)
	shared.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if tmpl.Migrate != nil {
		if err := tmpl.Migrate(ctx, withDatabase(base, name)); err != nil {
			return "", fmt.Errorf("pgtest: template: %w", err)
		}
	}
	return name, nil
}

// create makes a database like the template, its encoding and its order of text
// the same on every machine.
func create(base, name, template string) error {
	return admin(base, "CREATE DATABASE "+name+" TEMPLATE "+template+
		" ENCODING 'UTF8' LOCALE 'C'")
}

// drop also ends the connections that a test has left.
func drop(base, name string) error {
	return admin(base, "DROP DATABASE "+name+" WITH (FORCE)")
}

var serial atomic.Int64

func newName() string {
	return fmt.Sprintf("goguide_%d_%d", os.Getpid(), serial.Add(1))
}

// admin executes one statement on the database of the URL.
func admin(base, statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, base)
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing is lost
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("pgtest: %s: %w", statement, err)
	}
	return nil
}

// check refuses what With could not change. It does not tell the text, which
// may hold a password.
func check(given string) error {
	u, err := url.Parse(given)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
		return errors.New("DATABASE_URL: want postgres://user@host/database")
	}
	return nil
}

func withDatabase(base, name string) string {
	u := parse(base)
	u.Path = "/" + name
	return u.String()
}

// With returns the URL with one more parameter, such as pool_max_conns.
func With(base, parameter, value string) string {
	u := parse(base)
	q := u.Query()
	q.Set(parameter, value)
	u.RawQuery = q.Encode()
	return u.String()
}

func parse(base string) *url.URL {
	u, err := url.Parse(base)
	if err != nil {
		panic(err) // it was checked, or made here
	}
	return u
}
