// Package pgserver starts a PostgreSQL of a test's own, from the binaries of a
// package (initdb and postgres in PATH or in /usr/lib/postgresql). It listens on
// a Unix socket alone, and has no driver: whoever uses it brings one. PostgreSQL
// refuses to run as root, so for root it runs as the user postgres, or nobody.
//
// Without the binaries the test is skipped and says so; where CI is set it
// fails, for there a skip is a test that nobody has run.
//
// The server dies with the test's process, however that ends, and so does its
// folder: a shell that the process starts holds the other end of a pipe and
// cleans up when the pipe ends.
package pgserver

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A Server is a PostgreSQL of the test's own.
type Server struct {
	dir   string
	cmd   *exec.Cmd
	stdin io.WriteCloser
	said  *bufio.Reader
}

// Open starts a server, or skips t. Close it. A setting is like one of
// postgresql.conf: fsync=on.
func Open(t testing.TB, settings ...string) *Server {
	t.Helper()
	bin, err := binaries()
	if err != nil {
		missing(t, err, os.Getenv("CI"))
	}
	s, err := newServer(bin, settings...)
	if err != nil {
		t.Fatalf("pgserver: %v", err)
	}
	return s
}

// missing skips t, or fails it where nobody would read of a skip.
func missing(t testing.TB, why error, ci string) {
	t.Helper()
	const hint = "set DATABASE_URL, or install PostgreSQL"
	if ci != "" {
		t.Fatalf("no PostgreSQL (%v), and CI is set: %s", why, hint)
	} else {
		t.Skipf("not run: no PostgreSQL (%v): %s", why, hint)
	}
}

// binaries returns the folder with initdb and postgres. Debian has them outside
// PATH, a folder a version.
func binaries() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path), nil
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.New("no initdb in PATH or /usr/lib/postgresql")
	}
	newest := slices.MaxFunc(found, func(a, b string) int { // 9.6 < 15
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	return filepath.Dir(newest), nil
}

// script is the life of the server. It does what it is told, a word a line, and
// answers with one; at the end of its input, which the kernel sends when the
// test's process is gone, it stops the server and removes the folder. What a
// test asks for is durable as far as a killed process is concerned; fsync=off
// leaves out what only a loss of power would show.
const script = `
cd / && bin=$1 dir=$2 data=$2/data && shift 2
end() { # twice, for what is being stopped still writes
	rm -rf "$dir" 2>/dev/null || { sleep 1; rm -rf "$dir"; }
	exit
}
failed() { echo failed; cat "$dir/log"; end; }
"$bin/initdb" -D "$data" -U goguide -A trust -E UTF8 --locale=C -N \
	>"$dir/log" 2>&1 || failed
begin() {
	rm -f "$dir/dead"
	(
		"$bin/postgres" -D "$data" -k "$dir" -c listen_addresses= -c fsync=off \
			-c shared_buffers=32MB -c max_connections=200 "$@" \
			</dev/null >>"$dir/log" 2>&1 &
		echo $! >"$dir/pid"
		wait $!
		: >"$dir/dead"
	) >/dev/null &
	i=0
	while [ ! -e "$dir/dead" ] && [ $i -lt 1200 ]; do
		"$bin/pg_isready" -q -h "$dir" && return
		i=$((i+1)); sleep 0.05
	done
	false
}
stop() { kill -$1 "$(cat "$dir/pid")"; wait; }
while read -r word; do
	case $word in
	start) # what is left of a killed server holds its memory for a moment
		n=0
		until begin; do
			n=$((n+1)); [ $n -lt 20 ] || failed
			sleep 0.1
		done
		echo ok ;;
	kill) stop KILL; echo ok ;;
	esac
done
[ -e "$dir/dead" ] || stop INT
end
`

func newServer(bin string, settings ...string) (*Server, error) {
	dir, err := newFolder()
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir}
	args := []string{"-c", script, "pgserver", bin, dir}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	s.cmd = exec.Command("/bin/sh", args...) //nolint:noctx // the pipe ends it
	if err := s.apart(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if s.stdin, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.said = bufio.NewReader(out)
	s.cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	if err := s.cmd.Start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := s.tell("start"); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// newFolder makes the server's folder. A socket's path has some hundred bytes,
// and that of a temporary folder may be longer.
func newFolder() (string, error) {
	parent := os.TempDir()
	if len(parent) > 60 {
		parent = "/tmp"
	}
	return os.MkdirTemp(parent, "goguide-pg-")
}

// URL returns the address of the server's first database.
func (s *Server) URL() string {
	q := url.Values{"host": {s.dir}, "user": {"goguide"}}
	return (&url.URL{Scheme: "postgres", Path: "/postgres", RawQuery: q.Encode()}).String()
}

// Kill ends the server with SIGKILL, as the kernel does when memory is short.
func (s *Server) Kill() error { return s.tell("kill") }

// Start starts it again and returns when it answers.
func (s *Server) Start() error { return s.tell("start") }

// Close stops the server and removes its folder.
func (s *Server) Close() {
	_ = s.stdin.Close()
	_ = s.cmd.Wait() // the shell's last status says nothing
}

func (s *Server) tell(word string) error {
	// A script that has failed reads no more, so this may fail too, and why it
	// did is in what it said.
	_, err := io.WriteString(s.stdin, word+"\n")
	said, err2 := s.said.ReadString('\n')
	if err == nil && err2 == nil && said == "ok\n" {
		return nil
	}
	rest, err3 := io.ReadAll(s.said) // its log
	if text := said + string(rest); text != "" {
		return fmt.Errorf("%s: %s", word, text)
	}
	return fmt.Errorf("%s: it said nothing: %w", word, errors.Join(err, err2, err3))
}
