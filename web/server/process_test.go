//go:build unix

package server

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

// formEnv makes a process of this test binary a server of the form named.
const formEnv = "GOGUIDE_SERVER"

// forms are how a server may run: each serves a mux until signals end it. None
// has a timeout that a busy machine might reach: TestServer_Serve_keepsItsTimes
// has those.
var forms = map[string]func(l net.Listener, mux *http.ServeMux) error{
	"Server": func(l net.Listener, mux *http.ServeMux) error {
		return serveAll(Signals(context.Background()), l, mux, time.Hour)
	},
	"no delay": func(l net.Listener, mux *http.ServeMux) error {
		return serveAll(Signals(context.Background()), l, mux, 0)
	},
	"Bare": func(l net.Listener, mux *http.ServeMux) error { return Bare(l, mux) },
	"ReturnsEarly": func(l net.Listener, mux *http.ServeMux) error {
		s := &http.Server{Handler: mux}
		return ReturnsEarly(Signals(context.Background()), s, l)
	},
	"DeferredStop": func(l net.Listener, mux *http.ServeMux) error {
		return DeferredStop(func(ctx context.Context) error { return serveAll(ctx, l, mux, 0) })
	},
}

// serveAll serves with a Server, whose Delay a request for /moved ends, and
// whose Timeout is as good as none.
func serveAll(ctx context.Context, l net.Listener, mux *http.ServeMux, delay time.Duration) error {
	s := &Server{Delay: delay, Timeout: time.Hour}
	s.HTTP = &http.Server{Handler: mux}
	mux.HandleFunc("/readyz", s.Ready)
	mux.HandleFunc("/moved", func(http.ResponseWriter, *http.Request) {
		go func() { _ = s.HTTP.Shutdown(context.WithoutCancel(ctx)) }()
	})
	return s.Serve(ctx, l)
}

func TestMain(m *testing.M) {
	if form := forms[os.Getenv(formEnv)]; form != nil {
		serve(form)
	}
	goleak.VerifyTestMain(m)
}

// serve is the main function of a server. It says on its standard output where
// it listens, when a request is held and when it has stopped listening. A line
// on its standard input lets the held ones go; the end of it, which the kernel
// sends when the parent dies, ends the process.
func serve(form func(l net.Listener, mux *http.ServeMux) error) {
	release := make(chan struct{})
	go func() {
		for in := bufio.NewScanner(os.Stdin); in.Scan(); {
			if in.Text() == "release" {
				close(release)
			} else {
				fmt.Println("alive")
			}
		}
		os.Exit(9)
	}()
	var handled atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("POST /orders", func(http.ResponseWriter, *http.Request) { handled.Add(1) })
	mux.HandleFunc("POST /held", func(http.ResponseWriter, *http.Request) {
		fmt.Println("held")
		<-release
		handled.Add(1)
	})
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(l.Addr())
	if err := form(told{l}, mux); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(handled.Load())
	os.Exit(0)
}

// told is a listener that says when it is closed.
type told struct{ net.Listener }

func (l told) Close() error {
	err := l.Listener.Close()
	fmt.Println("closed")
	return err
}

// A process is a server in a process of its own.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	in   io.Writer
	out  *bufio.Scanner
	base string
}

func newProcess(t *testing.T, form string) *process {
	cmd := exec.Command(os.Args[0]) //nolint:noctx // its end is what is tested
	cmd.Env = append(os.Environ(), formEnv+"="+form)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // if it did not end
		_ = cmd.Wait()
	})
	p := &process{t: t, cmd: cmd, in: in, out: bufio.NewScanner(out)}
	p.base = "http://" + p.says()
	return p
}

// says returns the next line that the process prints.
func (p *process) says() string {
	require.True(p.t, p.out.Scan(), "the process has said its last word")
	return p.out.Text()
}

func (p *process) signal() {
	require.NoError(p.t, p.cmd.Process.Signal(syscall.SIGTERM))
}

func (p *process) release() {
	_, err := io.WriteString(p.in, "release\n")
	require.NoError(p.t, err)
}

func (p *process) alive() {
	_, err := io.WriteString(p.in, "?\n")
	require.NoError(p.t, err)
	require.Equal(p.t, "alive", p.says())
}

// client returns a client with connections of its own.
func (p *process) client() *http.Client {
	c := &http.Client{Transport: new(http.Transport)}
	p.t.Cleanup(c.CloseIdleConnections)
	return c
}

func (p *process) post(path string) *http.Request {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, p.base+path, strings.NewReader("order"))
	if err != nil {
		panic(err)
	}
	return r
}

// hold posts a request and returns when it is in its handler.
func (p *process) hold() (answered <-chan error) {
	answered = posted(p.client(), p.post("/held"))
	require.Equal(p.t, "held", p.says())
	return answered
}

// end waits for the process to end, and returns how.
func (p *process) end() syscall.WaitStatus {
	for p.out.Scan() {
	}
	_ = p.cmd.Wait()
	status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	require.True(p.t, ok)
	return status
}

// A load is what clients do that post orders, each over a connection of its
// own, as fast as they are answered.
type load struct {
	stop            atomic.Bool
	warm, moved     chan struct{} // many answers; some with Connection: close
	answers, closes atomic.Int64
	mu              sync.Mutex
	failed          []error
	clients         sync.WaitGroup
}

func (p *process) load(clients int64) *load {
	l := &load{warm: make(chan struct{}), moved: make(chan struct{})}
	for range clients {
		c := p.client()
		l.clients.Go(func() {
			for !l.stop.Load() {
				got, err := do(c, p.post("/orders"))
				if err != nil {
					l.mu.Lock()
					defer l.mu.Unlock()
					l.failed = append(l.failed, err)
					return
				}
				if l.answers.Add(1) == 10*clients {
					close(l.warm)
				}
				if got.last && l.closes.Add(1) == clients {
					close(l.moved)
				}
			}
		})
	}
	return l
}

// ended stops the clients and returns how many answers they have, and the
// errors of those that had none.
func (l *load) ended() (answers int64, failed []error) {
	l.stop.Store(true)
	l.clients.Wait()
	return l.answers.Load(), l.failed
}

// A real process under load is told to end. What a balancer does is done by
// hand: it asks for readiness, and sends nothing more when that is red. So is the
// end of the Delay, for a busy machine may need any time to get there.
func TestServer_Serve_losesNothing(t *testing.T) {
	t.Parallel()
	p := newProcess(t, "Server")
	load := p.load(8)
	held := p.hold()
	<-load.warm
	p.signal()
	probe := p.client()
	for status := 0; status != http.StatusServiceUnavailable; {
		r := p.post("/readyz")
		r.Method = http.MethodGet
		got, err := do(probe, r)
		require.NoError(t, err, "it is red before the listener closes")
		status = got.status
	}
	<-load.moved
	answers, failed := load.ended()
	assert.Empty(t, failed)

	_, err := do(probe, p.post("/moved"))
	require.NoError(t, err, "the listener is open to the end of the Delay")
	require.Equal(t, "closed", p.says())
	_, err = do(probe, p.post("/orders"))
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	assert.Empty(t, held, "the drain waits for it")
	p.release()
	require.NoError(t, <-held)
	assert.Equal(t, strconv.FormatInt(answers+1, 10), p.says(), "handled")
	assert.Zero(t, p.end().ExitStatus())
}

func TestBare_losesWhatIsInHandlers(t *testing.T) {
	t.Parallel()
	p := newProcess(t, "Bare")
	held := p.hold()
	p.signal()
	assert.ErrorIs(t, <-held, io.EOF)
	assert.Equal(t, syscall.SIGTERM, p.end().Signal())
}

func TestReturnsEarly_losesWhatIsInHandlers(t *testing.T) {
	t.Parallel()
	p := newProcess(t, "ReturnsEarly")
	held := p.hold()
	p.signal()
	assert.ErrorIs(t, <-held, io.EOF)
	status := p.end()
	assert.True(t, status.Exited())
	assert.Zero(t, status.ExitStatus(), "as if nothing had been lost")
}

func TestSignals_theSecondEndsTheProcess(t *testing.T) {
	t.Parallel()
	p := newProcess(t, "no delay")
	held := p.hold()
	p.signal()
	require.Equal(t, "closed", p.says())
	p.signal()
	assert.ErrorIs(t, <-held, io.EOF)
	assert.Equal(t, syscall.SIGTERM, p.end().Signal())
}

func TestDeferredStop(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		p := newProcess(t, "DeferredStop")
		held := p.hold()
		p.signal()
		require.Equal(t, "closed", p.says())
		for range 20 { // a signal takes its time
			p.signal()
			p.alive()
		}
		p.release()
		assert.NoError(t, <-held)
		assert.Equal(t, "1", p.says())
		assert.True(t, p.end().Exited(), "the second signal did nothing")
	})
}

// The near-miss: Signals hears the first signal all the same.
func TestSignals_hearsTheFirst(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx := Signals(t.Context())
		require.NoError(t, ctx.Err())
		require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGTERM))
		<-ctx.Done()
		assert.ErrorContains(t, context.Cause(ctx), "terminated")
	}, detect.Without("a real signal", detect.Synctest))
}
