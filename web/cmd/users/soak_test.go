//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/web/api"
)

// soakVar says how long TestSoak runs, as time.ParseDuration reads it.
const soakVar = "GOGUIDE_USERS_SOAK"

// A sample is what a process holds when its heap has been collected, less the
// files of its database.
type sample struct{ heap, goroutines, files float64 }

// filesOfOne is how many files a connection to SQLite has open: the database, its
// log and their index. The pool opens its connections as it needs them, which on
// a busy machine takes minutes, so their files are not in a sample.
const filesOfOne = 3

// parts are what a sample has, and how much more of each the last window may
// have than the first had at its most. Goroutines and files come and go by ones;
// of the heap, requests under way hold some.
var parts = []struct {
	name  string
	of    func(sample) float64
	noise float64
}{
	{"bytes of heap", func(s sample) float64 { return s.heap }, 0.1},
	{"goroutines", func(s sample) float64 { return s.goroutines }, 0},
	{"files", func(s sample) float64 { return s.files }, 0},
}

// Eight clients do what clients do, for three seconds or for what
// GOGUIDE_USERS_SOAK says, and what the process holds must not grow: the least
// in the last quarter of the samples is compared with the most in the second;
// the first is left out, for pools and caches fill in it.
//
// Of ten requests one creates a user, five get one, of which the last finds it
// gone, one lists, two change, of which the second comes too late, and one
// deletes. Each ten come from another address, and every hundredth is the last
// of its connection: what is kept for a client, and for a connection, must go.
func TestSoak(t *testing.T) {
	t.Parallel()
	length := 3 * time.Second
	if text := os.Getenv(soakVar); text != "" {
		var err error
		length, err = time.ParseDuration(text)
		require.NoError(t, err, soakVar)
	}
	p := begin(t, nil, "-data", filepath.Join(t.TempDir(), "users.db"),
		"-proxies", "127.0.0.1/32", "-log-level", "ERROR", "-delay", "0")
	s := soak{t: t, p: p, stop: make(chan struct{})}
	for n := range 8 {
		s.clients.Go(func() { s.client(n) })
	}
	samples := s.samples(length)
	close(s.stop)
	s.clients.Wait()
	t.Logf("%d requests", s.requests.Load())
	for _, h := range parts {
		var all []float64
		for _, x := range samples {
			all = append(all, h.of(x))
		}
		q := len(all) / 4
		most, least := slices.Max(all[q:2*q]), slices.Min(all[len(all)-q:])
		t.Logf("%s: at most %.0f in the second quarter, at least %.0f in the last", h.name, most, least)
		assert.LessOrEqual(t, least, most*(1+h.noise), "%s: %v", h.name, all)
	}
	p.signal()
	status, _ := p.ended()
	assert.Zero(t, status)
	assert.Empty(t, p.stderr.String(), "nothing is an error")
}

type soak struct {
	t        *testing.T
	p        *process
	stop     chan struct{}
	clients  sync.WaitGroup
	requests atomic.Int64
}

// client makes requests, ten of one user and then of another, until it is told
// to stop.
func (s *soak) client(n int) {
	c := &http.Client{Transport: new(http.Transport), Timeout: limit}
	defer c.CloseIdleConnections()
	for i := 0; ; i++ {
		select {
		case <-s.stop:
			return
		default:
		}
		if !s.ten(c, fmt.Sprintf("10.%d.%d.%d", n, i>>8&255, i&255)) {
			return
		}
		if i%10 == 9 {
			c.CloseIdleConnections()
		}
	}
}

func (s *soak) ten(c *http.Client, address string) bool {
	name := api.NewID()
	users := s.p.users + "users"
	body := fmt.Sprintf(`{"name":"Ann","email":"%s@example.com"}`, name)
	answer, ok := s.ask(c, http.StatusCreated, http.MethodPost, users, body, "X-Forwarded-For", address)
	if !ok {
		return false
	}
	var u api.User
	if !assert.NoError(s.t, json.Unmarshal(answer, &u)) {
		return false
	}
	one := users + "/" + u.ID
	for _, q := range []struct {
		status            int
		method, url, body string
		header            []string
	}{
		{http.StatusOK, http.MethodGet, one, "", nil},
		{http.StatusOK, http.MethodGet, one, "", nil},
		{http.StatusOK, http.MethodGet, users, "", nil},
		{http.StatusOK, http.MethodPatch, one, `{"name":"Anna"}`, []string{"If-Match", api.ETag(1)}},
		{http.StatusOK, http.MethodGet, one, "", nil},
		{http.StatusPreconditionFailed, http.MethodPatch, one, `{"name":"Anne"}`, []string{"If-Match", api.ETag(1)}},
		{http.StatusOK, http.MethodGet, one, "", nil},
		{http.StatusNoContent, http.MethodDelete, one, "", nil},
		{http.StatusNotFound, http.MethodGet, one, "", nil},
	} {
		if _, ok := s.ask(c, q.status, q.method, q.url, q.body, append(q.header, "X-Forwarded-For", address)...); !ok {
			return false
		}
	}
	return true
}

// ask sends one request, and reports whether its answer has the status.
func (s *soak) ask(c *http.Client, want int, method, url, body string, header ...string) ([]byte, bool) {
	s.requests.Add(1)
	status, answer, err := ask(c, method, url, body, header...)
	return answer, assert.NoError(s.t, err) && assert.Equal(s.t, want, status, "%s %s: %s", method, url, answer)
}

// samples takes 24 while the clients are at work.
func (s *soak) samples(length time.Duration) []sample {
	const n = 24
	c := client(s.t)
	tick := time.NewTicker(length / n)
	defer tick.Stop()
	all := make([]sample, n)
	for i := range all {
		<-tick.C
		all[i] = s.sample(c)
	}
	return all
}

// sample has the process collect its garbage twice, for what is in a sync.Pool
// outlives the first time, and reads what is left.
func (s *soak) sample(c *http.Client) sample {
	for range 2 {
		status, _, err := ask(c, http.MethodGet, s.p.admin+"debug/pprof/heap?gc=1", "")
		require.NoError(s.t, err)
		require.Equal(s.t, http.StatusOK, status)
	}
	status, text, err := ask(c, http.MethodGet, s.p.admin+"metrics", "")
	require.NoError(s.t, err)
	require.Equal(s.t, http.StatusOK, status)
	values := map[string]float64{}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), " "); ok {
			values[name], _ = strconv.ParseFloat(value, 64)
		}
	}
	connections := 0.0
	for name, value := range values {
		if strings.HasPrefix(name, "store_pool_connections{") {
			connections += value
		}
	}
	require.Positive(s.t, connections)
	x := sample{
		heap:       values["go_memstats_heap_alloc_bytes"],
		goroutines: values["go_goroutines"],
		files:      values["process_open_fds"] - connections*filesOfOne,
	}
	require.Positive(s.t, x.heap)
	require.Positive(s.t, x.goroutines)
	if runtime.GOOS == "linux" { // elsewhere nobody may know
		require.Positive(s.t, x.files)
	}
	return x
}
