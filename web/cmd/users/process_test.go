//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// limit is how long anything may take on a machine that is busy.
const limit = time.Minute

// A process is the program in a process of its own.
type process struct {
	t            *testing.T
	cmd          *exec.Cmd
	in           io.Writer
	out          *bufio.Scanner
	stderr       bytes.Buffer // to be read when it has ended
	temp         string       // its folder for temporary files
	users, admin string       // URLs
}

// begin starts the program, and returns when it serves.
func begin(t *testing.T, env []string, args ...string) *process {
	p := &process{t: t, temp: t.TempDir()}
	args = append([]string{
		"-listen", "127.0.0.1:0", "-admin", "127.0.0.1:0", "-timeout", "1h",
		"-delay", "1h", "-drain", "1h", "-rate", "1e9", "-burst", "1000000000",
	}, args...)
	p.cmd = exec.Command(os.Args[0], args...) //nolint:noctx // its end is what is tested
	p.cmd.Env = append(os.Environ(), processVar+"=1", "TMPDIR="+p.temp)
	p.cmd.Env = append(p.cmd.Env, env...)
	p.cmd.Stderr = &p.stderr
	in, err := p.cmd.StdinPipe()
	require.NoError(t, err)
	out, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.cmd.Start())
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // if it did not end
		_ = p.cmd.Wait()
		if t.Failed() {
			t.Log(p.stderr.String())
		}
	})
	p.in, p.out = in, bufio.NewScanner(out)
	p.users, p.admin = p.says("users"), p.says("admin")
	p.says("data")
	return p
}

// says returns what the next line of standard output says of name.
func (p *process) says(name string) string {
	require.True(p.t, p.out.Scan(), "it prints its addresses")
	is, value, _ := strings.Cut(p.out.Text(), " ")
	require.Equal(p.t, name, is)
	return strings.TrimSpace(value)
}

func (p *process) signal() { require.NoError(p.t, p.cmd.Process.Signal(syscall.SIGTERM)) }

// moved ends the delay of a drain.
func (p *process) moved() {
	_, err := io.WriteString(p.in, "moved\n")
	require.NoError(p.t, err)
}

// ended waits for the end, and returns how it was and the rest of what was
// printed.
func (p *process) ended() (syscall.WaitStatus, []string) {
	defer time.AfterFunc(limit, func() { _ = p.cmd.Process.Kill() }).Stop()
	var lines []string
	for p.out.Scan() {
		lines = append(lines, p.out.Text())
	}
	_ = p.cmd.Wait()
	status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	require.True(p.t, ok)
	left, err := os.ReadDir(p.temp)
	require.NoError(p.t, err)
	assert.Empty(p.t, left, "no temporary file is left")
	return status, lines
}

// draining waits until the balancer would see that it is to move on.
func (p *process) draining(c *http.Client) {
	require.Eventually(p.t, func() bool {
		status, _, err := ask(c, http.MethodGet, p.admin+"readyz", "")
		assert.NoError(p.t, err, "the private port is there to the end")
		return status == http.StatusServiceUnavailable
	}, limit, time.Millisecond)
}

// client returns a client with connections of its own.
func client(t *testing.T) *http.Client {
	c := &http.Client{Transport: new(http.Transport), Timeout: limit}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// ask sends one request, and reads all of the answer. Headers are pairs.
func ask(c *http.Client, method, url, body string, header ...string) (status int, answer []byte, err error) {
	var content io.Reader = http.NoBody
	if body != "" {
		content = strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(context.Background(), method, url, content)
	if err != nil {
		return 0, nil, err
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := c.Do(r)
	if err != nil {
		return 0, nil, err
	}
	answer, err = io.ReadAll(res.Body)
	return res.StatusCode, answer, errors.Join(err, res.Body.Close())
}
