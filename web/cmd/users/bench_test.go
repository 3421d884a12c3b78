package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"example.com/goguide/web/api"
	apichi "example.com/goguide/web/api/chi"
	"example.com/goguide/web/server"
	"example.com/goguide/web/store"
	"example.com/goguide/web/store/memory"
	"example.com/goguide/web/store/sqlite"
)

// BenchmarkMix measures the server over loopback: 8 clients, each on a
// connection of its own, with 80 % GET /users/{id}, 10 % GET /users and 10 % POST
// /users, and 1,000 users at the start. Clients and server share the machine, so
// that the differences say more than the numbers.
func BenchmarkMix(b *testing.B) {
	inMemory := func(*testing.B) store.Store { return memory.New() }
	inSQLite := func(b *testing.B) store.Store {
		s, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "users.db"), connections)
		require.NoError(b, err)
		return s
	}
	for _, m := range []struct {
		name  string
		open  func(*testing.B) store.Store
		serve func(*testing.B, api.Config) http.Handler
	}{
		{"memory/routes alone", inMemory, bare},
		{"memory", inMemory, whole},
		{"SQLite", inSQLite, whole},
	} {
		b.Run(m.name, func(b *testing.B) {
			users := m.open(b)
			ids := filled(b, users)
			s := httptest.NewUnstartedServer(nil)
			s.Config = server.New(m.serve(b, api.Config{
				Users: users, Limiter: api.NewLimiter(1e9, 1e9), Metrics: api.NewMetrics(),
				Log: slog.New(traced{slog.NewJSONHandler(io.Discard, nil)}), //nolint:sloglint // its encoding is measured
			}))
			s.Start()
			mix(b, s.URL, ids)
			s.Close()
			require.NoError(b, users.Close())
		})
	}
}

// bare are the routes of the API and nothing around them.
func bare(_ *testing.B, a api.Config) http.Handler {
	r := chi.NewRouter()
	apichi.Mount(r, chi.NewRouter(), a)
	return r
}

// whole is the public port.
func whole(b *testing.B, a api.Config) http.Handler {
	b.Helper()
	c := defaults(b)
	public, _, err := c.routes(a, sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.NeverSample())), nil)
	require.NoError(b, err)
	return public
}

func filled(b *testing.B, s store.Store) []string {
	b.Helper()
	ids := make([]string, 1000)
	require.NoError(b, s.Tx(b.Context(), func(users api.Users) error {
		for i := range ids {
			u, err := users.Create(b.Context(), "", api.Draft{Name: "Ann", Email: fmt.Sprint(i, "@example.com")})
			if err != nil {
				return err
			}
			ids[i] = u.ID
		}
		return nil
	}))
	return ids
}

// mix sends b.N requests, and reports what an operator asks of a load test.
func mix(b *testing.B, base string, ids []string) {
	b.Helper()
	const clients = 8
	took := make([][]time.Duration, clients)
	next := make(chan int)
	var all sync.WaitGroup
	for n := range clients {
		c := &http.Client{Transport: new(http.Transport)}
		all.Go(func() {
			defer c.CloseIdleConnections()
			for i := range next {
				start := time.Now()
				if err := one(c, base, ids, i); err != nil {
					b.Error(err)
				}
				took[n] = append(took[n], time.Since(start))
			}
		})
	}
	start := time.Now()
	for i := 0; b.Loop(); i++ {
		next <- i
	}
	close(next)
	all.Wait()
	elapsed := time.Since(start)
	total := slices.Sorted(slices.Values(slices.Concat(took...)))
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(len(total))/elapsed.Seconds(), "req/s")
	b.ReportMetric(total[len(total)/2].Seconds()*1e3, "p50-ms")
	b.ReportMetric(total[len(total)*99/100].Seconds()*1e3, "p99-ms")
}

// one sends the i-th request of the mix.
func one(c *http.Client, base string, ids []string, i int) error {
	method, url, want := http.MethodGet, base+"/users/"+ids[i%len(ids)], http.StatusOK
	var body []byte
	switch i % 10 {
	case 3:
		url = base + "/users"
	case 7:
		name := api.NewID()
		body, _ = json.Marshal(api.Draft{Name: name, Email: name + "@example.com"}) //nolint:errchkjson // two strings
		method, url, want = http.MethodPost, base+"/users", http.StatusCreated
	}
	r, err := http.NewRequestWithContext(context.Background(), method, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := c.Do(r)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return err
	}
	if res.StatusCode != want {
		return fmt.Errorf("%s %s: %s", method, url, res.Status)
	}
	return nil
}
