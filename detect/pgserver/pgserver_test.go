//go:build unix

package pgserver

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestServer_isKilledAndStartedAgain(t *testing.T) {
	t.Parallel()
	s := Open(t)
	u, err := url.Parse(s.URL())
	require.NoError(t, err)
	socket := filepath.Join(u.Query().Get("host"), ".s.PGSQL.5432")
	answers := func() error {
		c, err := new(net.Dialer).DialContext(t.Context(), "unix", socket)
		if err == nil {
			_ = c.Close()
		}
		return err
	}
	for range 2 {
		require.NoError(t, answers())
		require.NoError(t, s.Kill())
		// Its children hold the socket until they notice that it is dead.
		require.Eventually(t, func() bool { return answers() != nil }, time.Minute, 10*time.Millisecond)
		require.NoError(t, s.Start())
	}
	s.Close()
	assert.NoDirExists(t, s.dir)
}

func TestOpen_saysWhatFailed(t *testing.T) {
	t.Parallel()
	_, err := newServer("/nowhere")
	assert.ErrorContains(t, err, "/nowhere/initdb: not found")
}

// The script has ended, and its pipe with it, before it is told anything.
func TestTell_saysWhatFailedBeforeItCouldBeTold(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"failed\ninitdb: no space left\n": "start: failed\ninitdb: no space left\n",
		"":                                "start: it said nothing: write |1: broken pipe\nEOF",
	} {
		r, w, err := os.Pipe()
		require.NoError(t, err)
		defer func() { _ = w.Close() }()
		require.NoError(t, r.Close())
		s := &Server{stdin: w, said: bufio.NewReader(strings.NewReader(said))}
		assert.EqualError(t, s.Start(), want)
	}
}

// A told is a T that is told to skip or to fail.
type told struct {
	testing.TB
	said string
}

func (*told) Helper()                          {}
func (f *told) Fatalf(format string, a ...any) { f.said = "failed: " + fmt.Sprintf(format, a...) }
func (f *told) Skipf(format string, a ...any)  { f.said = "skipped: " + fmt.Sprintf(format, a...) }

func TestMissing_failsWhereNobodyReadsOfASkip(t *testing.T) {
	t.Parallel()
	here, ci := new(told), new(told)
	missing(here, errors.New("no initdb"), "")
	missing(ci, errors.New("no initdb"), "true")
	assert.Equal(t, "skipped: not run: no PostgreSQL (no initdb): set DATABASE_URL, or install PostgreSQL", here.said)
	assert.Equal(t, "failed: no PostgreSQL (no initdb), and CI is set: set DATABASE_URL, or install PostgreSQL", ci.said)
}

// aloneEnv makes a test of this binary start a server and wait to be killed.
const aloneEnv = "GOGUIDE_PGTEST_ALONE"

func TestServer_alone(t *testing.T) {
	if os.Getenv(aloneEnv) == "" {
		return // it is for the next test
	}
	s := Open(t)
	_, err := os.Stdout.WriteString(s.URL() + "\n")
	require.NoError(t, err)
	_, _ = io.ReadAll(os.Stdin)
	t.Fatal("nobody has killed it")
}

// A test that is killed can clean nothing up: what it has started does.
func TestServer_diesWithItsTest(t *testing.T) {
	t.Parallel()
	if _, err := binaries(); err != nil {
		missing(t, err, os.Getenv("CI"))
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestServer_alone$") //nolint:noctx // it is killed
	cmd.Env = append(os.Environ(), aloneEnv+"=1")
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	defer func() { _ = stdin.Close() }()
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())

	u, err := url.Parse(strings.TrimSpace(line))
	require.NoError(t, err)
	dir := u.Query().Get("host")
	require.True(t, strings.HasPrefix(filepath.Base(dir), "goguide-pg-"), dir)
	assert.Eventually(t, func() bool {
		_, err := os.Stat(dir)
		return os.IsNotExist(err)
	}, time.Minute, 50*time.Millisecond)
}
