package main

import (
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// taken returns the address of a port that is in use.
func taken(t *testing.T) string {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	return l.Addr().String()
}

// Whatever is missing, nothing is half begun: no port is taken, and no file is
// made.
func TestRun_beginsNothingThatItCannotServe(t *testing.T) {
	t.Parallel()
	free := taken(t)
	for _, c := range []struct{ args, want string }{
		{"-listen " + free, "-listen: listen tcp " + free + ": bind: address already in use: choose another address"},
		{"-admin " + free, "-admin: listen tcp " + free + ": bind: address already in use: choose another address"},
		{"-listen x", "-listen: listen tcp: address x: missing port in address: choose another address"},
		{
			"-dsn postgres:///users?user=ann&password=hunter2&host=" + t.TempDir(), // no socket is there
			"no such file or directory: check that the server is up, and that this user may use the database",
		},
	} {
		file := filepath.Join(t.TempDir(), "users.db")
		args := append([]string{"-listen", "127.0.0.1:0", "-admin", "127.0.0.1:0", "-data", file}, strings.Fields(c.args)...)
		code, line := refused(t, args...)
		assert.Equal(t, failed, code, c.args)
		assert.Contains(t, line, c.want)
		assert.NotContains(t, line, "hunter2")
		assert.NoFileExists(t, file)
	}
	missing := filepath.Join(t.TempDir(), "no", "users.db")
	code, line := refused(t, "-listen", "127.0.0.1:0", "-admin", "127.0.0.1:0", "-data", missing)
	assert.Equal(t, failed, code)
	assert.Contains(t, line, "opening "+missing)
	assert.Contains(t, line, "check that its folder exists")
}

func TestPorts_takesBothOrNone(t *testing.T) {
	t.Parallel()
	c := config{admin: taken(t)}
	assert.Eventually(t, func() bool {
		l, err := listen(t.Context(), "listen", "127.0.0.1:0")
		if err != nil {
			return false
		}
		closed(l)
		c.listen = l.Addr().String()
		if _, _, err = c.ports(t.Context()); err == nil || !strings.Contains(err.Error(), "-admin") {
			return false
		}
		// Somebody else may have taken it: then once more, with another.
		l, err = listen(t.Context(), "listen", c.listen)
		if err != nil {
			return false
		}
		closed(l)
		return true
	}, time.Minute, time.Millisecond, "the first is free again when the second is not")
}
