package main

import (
	"bytes"
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// written returns a file with the text.
func written(t *testing.T, text string) string {
	file := filepath.Join(t.TempDir(), "users.conf")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

// Of each flag, whatever its type, the value is that of the first place that has
// one.
func TestParse_precedence(t *testing.T) {
	values := []struct {
		flag, env       string
		inArg, inEnv    string
		inFile          string
		read            func(config) any
		arg, variable   any
		line, otherwise any
	}{
		{
			"listen", "USERS_LISTEN", ":1", ":2", ":3",
			func(c config) any { return c.listen }, ":1", ":2", ":3", "127.0.0.1:8080",
		},
		{
			"rate", "USERS_RATE", "1", "2.5", "3",
			func(c config) any { return c.rate }, 1.0, 2.5, 3.0, 100.0,
		},
		{
			"timeout", "USERS_TIMEOUT", "1s", "2m", "3h",
			func(c config) any { return c.timeout }, time.Second, 2 * time.Minute, 3 * time.Hour, 5 * time.Second,
		},
		{
			"log-level", "USERS_LOG_LEVEL", "DEBUG", "WARN", "ERROR",
			func(c config) any { return c.level }, slog.LevelDebug, slog.LevelWarn, slog.LevelError, slog.LevelInfo,
		},
		{
			"proxies", "USERS_PROXIES", "10.0.0.0/8", "10.1.0.0/16,10.2.0.0/16", "10.3.0.0/16, 10.4.0.0/16",
			func(c config) any { return c.proxies }, list{"10.0.0.0/8"}, list{"10.1.0.0/16", "10.2.0.0/16"},
			list{"10.3.0.0/16", "10.4.0.0/16"}, list(nil),
		},
	}
	for _, v := range values {
		for set := range 8 {
			var args []string
			want, name := v.otherwise, "default"
			if set&1 != 0 {
				args = append(args, "-config", written(t, "# a comment\n\n"+v.flag+" "+v.inFile+"\n"))
				want, name = v.line, "file, "+name
			}
			t.Setenv(v.env, "") // as if there were none
			if set&2 != 0 {
				t.Setenv(v.env, v.inEnv)
				want, name = v.variable, "environment, "+name
			}
			if set&4 != 0 {
				args = append(args, "-"+v.flag, v.inArg)
				want, name = v.arg, "flag, "+name
			}
			c, err := parse(args)
			require.NoError(t, err)
			assert.Equal(t, want, v.read(c), "%s: %s", v.flag, name)
		}
	}
}

func TestParse_takesTheFileFromTheEnvironment(t *testing.T) {
	t.Setenv("USERS_CONFIG", written(t, "dsn postgres://ann@db/users\n"))
	c, err := parse(nil)
	require.NoError(t, err)
	assert.Equal(t, "postgres://ann@db/users", c.dsn)
}

// Kubernetes sets such variables for a service named users.
func TestParse_hasNoFlagThatKubernetesSets(t *testing.T) {
	t.Parallel()
	flags(new(config)).VisitAll(func(f *flag.Flag) {
		assert.NotRegexp(t, `^(port|service)`, f.Name)
	})
}

// refused runs the program in vain, and returns its exit code and the one line
// that it writes.
func refused(t *testing.T, args ...string) (code int, line string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(args, &stdout, &stderr, nil)
	assert.Empty(t, stdout.String(), "nothing is said to serve")
	line, rest, _ := strings.Cut(stderr.String(), "\n")
	assert.Empty(t, rest, "one line")
	assert.True(t, strings.HasPrefix(line, "users: "), line)
	return code, line
}

func TestRun_saysWhatToConfigure(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ args, want string }{
		{"-rate x", `invalid value "x" for flag -rate: parse error (users -h lists the flags)`},
		{"-rates 1", "flag provided but not defined: -rates (users -h lists the flags)"},
		{"serve", `unexpected argument "serve": expected flags alone`},
		{"-trace jaeger", "-trace: expected off, stdout, otlp"},
		{"-rate 0", "-rate: expected more than 0"},
		{"-burst 0 -drain 0", "-burst: expected 1 or more -drain: expected more than 0, such as 20s"},
		{"-timeout -1s", "-timeout: expected more than 0"},
		{"-delay -1s", "-delay: expected 0 or more"},
		{"-dsn mysql://ann:hunter2@db/users", "-dsn: expected postgres://user@host/database"},
		{"-proxies 10.0.0.1", "-proxies, -origins: trust a proxy:"},
		{"-origins *", "-proxies, -origins: trust \"*\": a wildcard is no origin"},
		{"-config /no/such/file", "open /no/such/file: no such file"},
		{"-config " + written(t, "rate 1\ndns postgres://db\n"), `users.conf: unknown key "dns": expected one of admin, burst, config,`},
		{"-config " + written(t, "rate much\n"), `users.conf: error setting flag "rate" from config file: parse error`},
	} {
		code, line := refused(t, strings.Fields(c.args)...)
		assert.Equal(t, misused, code, c.args)
		assert.Contains(t, line, c.want)
		assert.NotContains(t, line, "hunter2")
	}
}

func TestRun_saysWhichVariableIsWrong(t *testing.T) {
	t.Setenv("USERS_DELAY", "soon")
	code, line := refused(t)
	assert.Equal(t, misused, code)
	assert.Contains(t, line, `"USERS_DELAY": parse error`)
}

func TestRun_helps(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	assert.Zero(t, run([]string{"-h"}, &stdout, &stderr, nil))
	assert.Empty(t, stderr.String())
	assert.Contains(t, stdout.String(), "-dsn URL")
	assert.Contains(t, stdout.String(), "USERS_LOG_LEVEL")
}

func TestWhere_tellsNoPassword(t *testing.T) {
	t.Parallel()
	for dsn, want := range map[string]string{
		"postgres://ann:hunter2@db:5432/users":               "PostgreSQL db:5432/users",
		"postgres:///users?user=ann&password=hunter2":        "PostgreSQL /users",
		"postgres://ann:hunter2@db1:5432,db2:5432/users?a=b": "PostgreSQL db1:5432,db2:5432/users",
	} {
		assert.Equal(t, want, where(dsn))
	}
}
