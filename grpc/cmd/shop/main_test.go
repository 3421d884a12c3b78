package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect/logbook"
	"example.com/goguide/detect/racemode"
	"example.com/goguide/grpc/shop/load"
)

// processVar makes a process of this test the program itself.
const processVar = "GOGUIDE_SHOP"

func TestMain(m *testing.M) {
	if os.Getenv(processVar) != "" {
		os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	if err := os.Setenv(processVar, "1"); err != nil { // for the children
		panic(err)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if built != "" {
			_ = os.RemoveAll(built)
		}
		os.Exit(code)
	}))
}

// built is the folder that program made, if it did.
var built string

// program returns the path of the program. It is this test, except in race mode:
// SQLite is then so slow that a shop is overloaded by what it should bear. The
// race detector sees the services in the tests of their packages, and here the
// load, the proxies and the page.
var program = sync.OnceValues(func() (path string, err error) {
	if !racemode.Enabled {
		return os.Executable()
	}
	if built, err = os.MkdirTemp("", "shop-test-"); err != nil {
		return "", err
	}
	path = filepath.Join(built, "shop")
	c := exec.Command("go", "build", "-ldflags=-s -w", "-o", path, ".") // half the time to link
	c.Env = append(os.Environ(), "CGO_ENABLED=0")                       // as plain mode builds it
	if strings.HasPrefix(runtime.Version(), "go1.26") {
		c.Env = append(c.Env, "GOEXPERIMENT=goroutineleakprofile")
	}
	if out, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the program: %w\n%s", err, out)
	}
	return path, nil
})

// limit is how long anything may take here, on a machine that is busy.
const limit = time.Minute

// A shop is a system under load.
type shop struct {
	*system

	client *load.Client
	ledger load.Ledger
	users  []string
	log    *log
}

// inOneMode skips a test in CI, which tests in two modes, in the second: the
// program that is broken here is built in one way, whatever the test is.
func inOneMode(t *testing.T) {
	t.Helper()
	if os.Getenv("CI") != "" && !racemode.Enabled {
		t.Skip("CI does this with -race: the services are the same in both modes")
	}
}

// open starts a shop.
func open(t *testing.T, set ...func(*config)) *shop {
	t.Helper()
	inOneMode(t)
	path, err := program() // which may take its time, to build
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	l := new(log)
	conf := config{
		self: path,
		data: t.TempDir(), delay: 100 * time.Millisecond, rate: 2000, atOnce: 1000,
		writeTime: time.Second,
	}
	for _, f := range set {
		f(&conf)
	}
	s, err := newSystem(ctx, conf, l)
	t.Cleanup(func() {
		require.NoError(t, s.close())
		require.NoDirExists(t, s.keys(), "no key is left")
		if t.Failed() {
			t.Logf("the end of the log:\n%s", l.tail(6_000))
		}
	})
	require.NoError(t, err)
	c := load.NewClient(s.url("gateway"))
	t.Cleanup(c.Close)
	shop := &shop{system: s, client: c, log: l}
	for range 4 {
		id, err := c.NewUser(ctx)
		require.NoError(t, err)
		shop.users = append(shop.users, id)
	}
	return shop
}

// under runs f under a load of so many orders a second, and returns what came of
// each. The load ends with f.
func (s *shop) under(t *testing.T, rate float64, f func()) []load.Result {
	t.Helper()
	start := time.Now()
	ctx, cancel := context.WithCancel(t.Context())
	var runs sync.WaitGroup
	runs.Go(func() {
		(&load.Load{Client: s.client, Ledger: &s.ledger, Users: s.users, Rate: rate, AtOnce: 1000}).Run(ctx)
	})
	f()
	cancel()
	runs.Wait()
	return s.ledger.Since(start)
}

// log keeps what the processes write.
type log struct{ logbook.Book }

// warnings are the lines of what went wrong.
func (l *log) warnings() string {
	var lines []string
	for line := range strings.Lines(l.String()) {
		if !strings.Contains(line, `"level":"INFO"`) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

func (l *log) tail(n int) string {
	s := l.String()
	return s[max(0, len(s)-n):]
}
