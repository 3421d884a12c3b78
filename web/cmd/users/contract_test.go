package main

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.uber.org/goleak"

	"example.com/goguide/web/api"
	"example.com/goguide/web/api/apitest"
	"example.com/goguide/web/server"
	"example.com/goguide/web/store"
	"example.com/goguide/web/store/memory"
	"example.com/goguide/web/store/pgtest"
	"example.com/goguide/web/store/postgres"
	"example.com/goguide/web/store/sqlite"
)

// processVar makes a process of this test the program itself.
const processVar = "GOGUIDE_USERS"

func TestMain(m *testing.M) {
	if os.Getenv(processVar) != "" {
		os.Exit(run(os.Args[1:], os.Stdout, os.Stderr, patiently))
	}
	goleak.VerifyTestMain(pgtest.Main(m))
}

// patiently gives clients all the time that a busy machine needs. A line on
// standard input ends the delay of a drain, and the end of it, which the kernel
// sends when the test dies, the process.
func patiently(s *http.Server) {
	s.ReadTimeout, s.ReadHeaderTimeout, s.WriteTimeout = 0, 0, 0
	go func() {
		for in := bufio.NewScanner(os.Stdin); in.Scan(); {
			go func() { _ = s.Shutdown(context.Background()) }()
		}
		os.Exit(9)
	}()
}

// defaults is a configuration in which nothing is too slow.
func defaults(t testing.TB) config {
	c, err := parse([]string{"-timeout", "1h"})
	require.NoError(t, err)
	return c
}

// behind are users in a store, in front of which those of the contract may fail.
type behind struct {
	store.Store

	contract api.Users
}

func (b behind) Create(ctx context.Context, key string, d api.Draft) (api.User, error) {
	if err := b.contract.Ping(ctx); err != nil {
		return api.User{}, err
	}
	return b.Store.Create(ctx, key, d)
}

func (b behind) Get(ctx context.Context, id string) (api.User, error) {
	if err := b.contract.Ping(ctx); err != nil {
		return api.User{}, err
	}
	return b.Store.Get(ctx, id)
}

func (b behind) Ping(ctx context.Context) error {
	return errors.Join(b.contract.Ping(ctx), b.Store.Ping(ctx))
}

// asOne serves what the two ports do as the one that the contract asks.
func asOne(public, admin http.Handler) http.Handler {
	m := http.NewServeMux()
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		m.Handle(path, admin)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := m.Handler(r); pattern != "" {
			admin.ServeHTTP(w, r)
			return
		}
		public.ServeHTTP(w, r) // not by the mux, which redirects
	})
}

// starts returns the Start of this server, with a store of its own each time.
func starts(t *testing.T, open func() (store.Store, error)) apitest.Start {
	c := defaults(t)
	return func(a api.Config, l net.Listener) func(context.Context) error {
		users, err := open()
		if err != nil {
			panic(err)
		}
		a.Users = behind{users, a.Users}
		provider := sdktrace.NewTracerProvider()
		public, admin, err := c.routes(a, provider, nil)
		if err != nil {
			panic(err)
		}
		s := &server.Server{HTTP: server.New(asOne(public, admin)), Timeout: time.Minute}
		s.HTTP.ReadTimeout, s.HTTP.ReadHeaderTimeout = time.Minute, time.Minute
		ctx, stop := context.WithCancel(context.Background())
		served := make(chan error, 1)
		go func() { served <- s.Serve(ctx, l) }()
		return func(ctx context.Context) error {
			stop()
			return errors.Join(<-served, users.Close(), provider.Shutdown(ctx))
		}
	}
}

func TestAPI_inMemory(t *testing.T) {
	apitest.Run(t, starts(t, func() (store.Store, error) { return memory.New(), nil }))
}

func TestAPI_inSQLite(t *testing.T) {
	dir := t.TempDir()
	apitest.Run(t, starts(t, func() (store.Store, error) {
		file := filepath.Join(dir, api.NewID()+".db")
		return sqlite.Open(context.Background(), file, connections)
	}))
}

var migrated = pgtest.Template{Migrate: func(ctx context.Context, url string) error {
	s, err := postgres.Open(ctx, url)
	if err != nil {
		return err
	}
	return s.Close()
}}

func TestAPI_inPostgreSQL(t *testing.T) {
	migrated.Database(t) // or skip here, and not in each rule
	apitest.Run(t, starts(t, func() (store.Store, error) {
		return postgres.Open(context.Background(), pgtest.With(migrated.Database(t), "pool_max_conns", "4"))
	}))
}
