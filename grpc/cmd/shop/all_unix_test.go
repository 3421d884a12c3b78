//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A whole shop is a process that one starts, looks at and ends.
func TestAll(t *testing.T) {
	t.Parallel()
	temp := t.TempDir()
	self, err := program()
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	c := exec.CommandContext(ctx, self)
	traces := newCollector(t)
	c.Env = append(os.Environ(), "TMPDIR="+temp,
		"OTEL_EXPORTER_OTLP_ENDPOINT="+traces.URL, "OTEL_SERVICE_NAME=shop") // which is not what one service is
	c.SysProcAttr = apart() // as a shell has it
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	url := ""
	for lines := bufio.NewScanner(out); url == "" && lines.Scan(); {
		if at, ok := strings.CutPrefix(lines.Text(), "status  "); ok {
			url = at
		}
	}
	require.NotEmpty(t, url, "it prints the address of its page")

	client := &http.Client{Transport: new(http.Transport)}
	defer client.CloseIdleConnections()
	send := func(method, path string, header ...string) *http.Response {
		t.Helper()
		r, err := http.NewRequestWithContext(ctx, method, url+path, http.NoBody)
		require.NoError(t, err)
		if len(header) > 0 {
			r.Header.Set(header[0], header[1])
		}
		res, err := client.Do(r)
		require.NoError(t, err)
		return res
	}
	now := func() (s state) {
		t.Helper()
		res := send(http.MethodGet, "state")
		defer func() { assert.NoError(t, res.Body.Close()) }()
		require.NoError(t, json.NewDecoder(res.Body).Decode(&s))
		return s
	}
	press := func(path string, want int, header ...string) {
		t.Helper()
		res := send(http.MethodPost, path, header...)
		require.NoError(t, res.Body.Close())
		assert.Equal(t, want, res.StatusCode, path)
	}

	var s state
	until(t, "orders, three services and a trace across them", func() bool {
		s = now()
		return s.Acked > 0 && len(s.Services) == 3 && len(s.Trace) > 3 && s.Services[0].Rate > 0
	})
	services := make(map[string]bool)
	for _, span := range s.Trace {
		services[span.Service] = true
		assert.Equal(t, s.Trace[0].Trace, span.Trace)
	}
	assert.Len(t, services, 3)
	assert.Equal(t, map[string]string{"users": "closed"}, s.Services[1].Breakers)

	res := send(http.MethodGet, "")
	require.NoError(t, res.Body.Close())
	assert.Equal(t, policy, res.Header.Get("Content-Security-Policy"))
	press("accidents/none", http.StatusNotFound)
	press("accidents/kill-users", http.StatusForbidden, "Sec-Fetch-Site", "cross-site")
	press("accidents/kill-users", http.StatusAccepted)
	until(t, "the page says that users is down", func() bool { return !now().Services[2].Up })
	until(t, "and up", func() bool { return now().Services[2].Up })
	press("check", http.StatusAccepted)
	until(t, "all orders are read back", func() bool { s = now(); return s.Checked != "" })
	assert.Contains(t, s.Checked, "none lost, none doubled")

	var pids []int
	for _, service := range now().Services {
		pids = append(pids, service.PID)
	}
	// Ctrl-C: the terminal sends it to all that is in the group.
	require.NoError(t, syscall.Kill(-c.Process.Pid, syscall.SIGINT))
	require.NoError(t, c.Wait(), stderr.String())
	assert.Empty(t, stderr.String())
	assert.Positive(t, traces.whole(), "traces of all three services were exported")
	left, err := os.ReadDir(temp)
	require.NoError(t, err)
	assert.Empty(t, left, "no file is left")
	for _, pid := range pids {
		require.Positive(t, pid)
		assert.ErrorIs(t, syscall.Kill(pid, 0), syscall.ESRCH, "and no process: %d", pid)
	}
}

// Who starts a child and is killed leaves none.
func TestService_endsWithItsParent(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, v := range s.services {
		p, err := v.process()
		require.NoError(t, err)
		v.mu.Lock()
		v.now = nil // it is not to be started again
		v.mu.Unlock()
		require.NoError(t, p.stdin.Close())
		<-p.ended
		assert.NoError(t, p.err)
	}
}

func TestRun_tellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"-only prices":                             "expected gateway, users or orders",
		"-only users":                              "expected -data",
		"-only gateway -users x":                   `-users "x": expected a URL such as http://users:8080`,
		"-only users -without breaks":              `no row "breaks" to take off: expected some of breaker, budget`,
		"-only users -cert x":                      "-cert, -key, -ca: a certificate, its key and the authority belong together",
		"-only users -data . -cert x -key x -ca x": `the certificate: open x`,
		"-only gateway -users http://users -cert x -key x -ca x": `-users "http://users": expected a URL such as https://users:8080`,
		"users":   `unexpected argument "users"`,
		"-rate x": "parse error",
	} {
		var stderr bytes.Buffer
		assert.NotZero(t, run(strings.Fields(args), strings.NewReader(""), new(bytes.Buffer), &stderr))
		assert.Contains(t, stderr.String(), want, args)
	}
	assert.Zero(t, run([]string{"-h"}, strings.NewReader(""), new(bytes.Buffer), new(bytes.Buffer)))
}

func TestRun_repeatsNoDSN(t *testing.T) {
	t.Setenv("SHOP_DSN", "mysql://ann:hunter2@db/shop")
	var stderr bytes.Buffer
	assert.Equal(t, 2, run([]string{"-only", "users"}, strings.NewReader(""), new(bytes.Buffer), &stderr))
	assert.Equal(t, "shop: SHOP_DSN: expected postgres://user:password@host/database\n", stderr.String())
}

// The public port has neither profiles nor metrics, and the methods of the
// services behind are for those who show the token.
func TestService_hasPrivateThingsOnItsPrivatePort(t *testing.T) {
	t.Parallel()
	s := open(t)
	client := &http.Client{Transport: new(http.Transport)}
	defer client.CloseIdleConnections()
	get := func(method, url string) (status int) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader("{}"))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/json")
		res, err := client.Do(r)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		return res.StatusCode
	}
	for _, v := range s.services {
		p, err := v.process()
		require.NoError(t, err)
		for _, path := range []string{"/debug/pprof/", "/metrics", "/status"} {
			status := get(http.MethodGet, fmt.Sprint("http://", p.Admin, path))
			assert.Equal(t, http.StatusOK, status, path)
			status = get(http.MethodGet, fmt.Sprint("http://", p.Public, path))
			assert.Equal(t, http.StatusNotFound, status, path)
		}
		status := get(http.MethodPost, fmt.Sprint("http://", p.Public, "/faults?errors=1"))
		assert.Equal(t, http.StatusNotFound, status)
	}
	for _, at := range []string{
		s.url("users") + "/user.v1.UserService/GetUser",
		s.url("users") + "/shop.v1.AccountService/RecordOrder",
		s.url("orders") + "/shop.v1.OrderService/GetOrder",
	} {
		status := get(http.MethodPost, at)
		assert.Equal(t, http.StatusUnauthorized, status, at)
	}
	status := get(http.MethodPost, s.url("gateway")+"/shop.v1.AccountService/RecordOrder")
	assert.Equal(t, http.StatusNotFound, status, "the gateway does not forward it")
}
