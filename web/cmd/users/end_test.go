//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/web/api"
	"example.com/goguide/web/store/sqlite"
)

// all returns the users in the file, which nobody else has open.
func all(t *testing.T, file string) map[string]api.User {
	entries, err := os.ReadDir(filepath.Dir(file))
	require.NoError(t, err)
	assert.Len(t, entries, 1, "the database was closed: no log of it is left")
	s, err := sqlite.Open(t.Context(), file, 2)
	require.NoError(t, err)
	defer func() { assert.NoError(t, s.Close()) }()
	users := make(map[string]api.User)
	for cursor := ""; ; {
		page, err := s.List(t.Context(), cursor, api.MaxLimit)
		require.NoError(t, err)
		for _, u := range page.Users {
			u.Version = 0 // JSON leaves it out
			users[u.ID] = u
		}
		if cursor = page.Next; cursor == "" {
			return users
		}
	}
}

// Killed under load, twice. Every acknowledged user is there, with at most one
// more a client, who got no answer.
func TestKill_losesNoAcknowledgedUser(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "users.db")
	const clients, kills = 8, 2
	var acked []api.User
	for range kills {
		p := begin(t, nil, "-data", file)
		l := p.load(clients)
		l.more(t, 50)
		require.NoError(t, p.cmd.Process.Kill())
		l.clients.Wait() // each has seen it
		assert.Len(t, l.wrong, clients)
		assert.Empty(t, l.others)
		acked = append(acked, l.ended()...)
		status, _ := p.ended()
		assert.Equal(t, syscall.SIGKILL, status.Signal())
	}
	p := begin(t, nil, "-data", file, "-delay", "0")
	c := client(t)
	for _, u := range acked {
		status, body, err := ask(c, http.MethodGet, p.users+"users/"+u.ID, "")
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status)
		var got api.User
		require.NoError(t, json.Unmarshal(body, &got))
		require.Equal(t, u, got)
	}
	c.CloseIdleConnections()
	p.signal()
	status, _ := p.ended()
	assert.Zero(t, status, p.stderr.String())
	there := len(all(t, file))
	assert.GreaterOrEqual(t, there, len(acked))
	assert.LessOrEqual(t, there, len(acked)+kills*clients)
}

// hold sends a request without its body, and returns when its handler waits for
// that: it is then that net/http says 100 Continue.
func (p *process) hold(body string) (net.Conn, *bufio.Reader) {
	address := strings.Trim(strings.TrimPrefix(p.users, "http://"), "/")
	conn, err := new(net.Dialer).DialContext(p.t.Context(), "tcp", address)
	require.NoError(p.t, err)
	p.t.Cleanup(func() { _ = conn.Close() })
	require.NoError(p.t, conn.SetDeadline(time.Now().Add(limit)))
	_, err = fmt.Fprintf(conn, "POST /users HTTP/1.1\r\nHost: users\r\nContent-Type: application/json\r\n"+
		"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n", len(body))
	require.NoError(p.t, err)
	r := bufio.NewReader(conn)
	line, err := r.ReadString('\n')
	require.NoError(p.t, err)
	require.Equal(p.t, "HTTP/1.1 100 Continue\r\n", line)
	_, err = r.ReadString('\n')
	require.NoError(p.t, err)
	return conn, r
}

const held = `{"name":"Held","email":"held@example.com"}`

// Told to end under load, it answers every request. What a balancer does is
// done by hand, and so is the end of the delay, for a busy machine may need any
// time to get there.
func TestTerm_failsNoRequest(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "users.db")
	p := begin(t, nil, "-data", file)
	l := p.load(8)
	conn, r := p.hold(held)
	l.more(t, 50)
	p.signal()
	c := client(t)
	p.draining(c)
	l.more(t, 50) // all is served as before
	status, _, err := ask(c, http.MethodGet, p.admin+"healthz", "")
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, status, "who drains is alive")
	acked := l.ended()
	assert.Empty(t, l.wrong)
	assert.Empty(t, l.others)

	p.moved()
	require.Eventually(t, func() bool {
		_, _, err := ask(client(t), http.MethodGet, p.users+"users", "")
		return errors.Is(err, syscall.ECONNREFUSED)
	}, limit, time.Millisecond, "it takes no more")
	_, err = io.WriteString(conn, held)
	require.NoError(t, err)
	res, err := http.ReadResponse(r, nil)
	require.NoError(t, err, "the drain has waited for it")
	var u api.User
	require.NoError(t, json.NewDecoder(res.Body).Decode(&u))
	require.NoError(t, res.Body.Close())
	assert.Equal(t, http.StatusCreated, res.StatusCode)

	end, _ := p.ended()
	assert.Zero(t, end, p.stderr.String())
	there := all(t, file)
	assert.Len(t, there, len(acked)+1)
	for _, u := range append(acked, u) {
		assert.Equal(t, u, there[u.ID])
	}
	logged(t, p.stderr.String())
}

// logged checks that a log is JSON, and that each line of a request has a trace.
func logged(t *testing.T, log string) {
	requests := 0
	for line := range strings.Lines(log) {
		var l struct {
			ID      string `json:"id"`
			TraceID string `json:"trace_id"`
		}
		require.NoError(t, json.Unmarshal([]byte(line), &l), line)
		if l.ID != "" {
			requests++
			assert.Regexp(t, `^[0-9a-f]{32}$`, l.TraceID, line)
		}
	}
	assert.Positive(t, requests)
}

func TestTerm_theSecondEndsItAtOnce(t *testing.T) {
	t.Parallel()
	p := begin(t, nil, "-data", filepath.Join(t.TempDir(), "users.db"))
	_, r := p.hold(held)
	p.signal()
	p.draining(client(t))
	p.signal()
	_, err := r.ReadByte()
	require.ErrorIs(t, err, io.EOF, "its request is lost")
	status, _ := p.ended()
	assert.Equal(t, syscall.SIGTERM, status.Signal())
}
