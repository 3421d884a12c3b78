package server

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/detect"
)

// A run is a server that serves until it is signalled.
type run struct {
	*network
	http   *http.Server
	ctx    context.Context //nolint:containedctx // the one that a signal ends
	signal func()
	served chan error
}

func start(s *http.Server, serve func(ctx context.Context, s *http.Server, l net.Listener) error) *run {
	r := &run{network: newNetwork(), http: s, served: make(chan error, 1)}
	r.ctx, r.signal = context.WithCancel(context.Background())
	go func() { r.served <- serve(r.ctx, r.http, r.network) }()
	return r
}

// posted posts an order, and says when it has its answer.
func posted(c *http.Client, r *http.Request) <-chan error {
	answered := make(chan error, 1)
	go func() {
		_, err := do(c, r)
		answered <- err
	}()
	return answered
}

// A gate is a handler that holds its requests until it is released.
type gate struct {
	entered, released chan struct{}
	release           func()
}

func newGate() *gate {
	g := &gate{entered: make(chan struct{}, 100), released: make(chan struct{})}
	g.release = sync.OnceFunc(func() { close(g.released) })
	return g
}

func (g *gate) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	g.entered <- struct{}{}
	<-g.released
	_, _ = io.WriteString(w, "done")
}

// A wire is a client's end of a connection that can keep what is written, as a
// slow network does.
type wire struct {
	net.Conn
	mu   sync.Mutex
	kept []byte
	slow bool
	sent chan struct{}
}

func (w *wire) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.slow {
		return w.Conn.Write(b)
	}
	w.kept = append(w.kept, b...)
	select {
	case w.sent <- struct{}{}:
	default:
	}
	return len(b), nil
}

// keep makes the wire keep what comes, and deliver sends it on.
func (w *wire) keep() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.slow = true
}

func (w *wire) deliver() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.slow = false
	_, err := w.Conn.Write(w.kept)
	return err
}

// wired returns a client whose first connection is the wire, with a request
// behind it, so that the wire is idle.
func (r *run) wired(t *testing.T) (*http.Client, *wire) {
	w := &wire{Conn: r.conn(t), sent: make(chan struct{}, 1)}
	first := make(chan net.Conn, 1)
	first <- w
	c := &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, n, a string) (net.Conn, error) {
			select {
			case c := <-first:
				return c, nil
			default:
				return r.dial(ctx, n, a)
			}
		},
	}}
	_, err := do(c, post(t.Context(), "first"))
	require.NoError(t, err)
	return c, w
}

// reaches returns a channel that says when a connection comes to a state.
func reaches(s *http.Server, state http.ConnState) <-chan struct{} {
	reached := make(chan struct{}, 100)
	s.ConnState = func(_ net.Conn, now http.ConnState) {
		if now == state {
			reached <- struct{}{}
		}
	}
	return reached
}

func TestReturnsEarly(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { leavesItsRequest(t, ReturnsEarly, nil) })
}

func TestDoneContext(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { leavesItsRequest(t, DoneContext, context.Canceled) })
}

// leavesItsRequest proves that serve returns want while a request is in its
// handler. The process would end now.
func leavesItsRequest(t *testing.T, serve func(context.Context, *http.Server, net.Listener) error, want error) {
	g := newGate()
	r := start(&http.Server{Handler: g}, serve)
	c := r.client()
	answered := posted(c, post(t.Context(), "order"))
	<-g.entered
	r.signal()
	assert.ErrorIs(t, <-r.served, want)
	assert.Empty(t, answered)
	g.release()
	assert.NoError(t, <-answered, "in a test the process goes on")
	c.CloseIdleConnections()
}

// The near-miss: nothing to do, nothing to lose.
func TestDoneContext_withoutRequests(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		for _, serve := range []func(context.Context, *http.Server, net.Listener) error{DoneContext, ReturnsEarly, NoDelay} {
			r := start(new(http.Server), serve)
			r.signal()
			assert.NoError(t, <-r.served)
		}
	})
}

func TestCloseAtOnce(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		g := newGate()
		r := start(&http.Server{Handler: g}, CloseAtOnce)
		c := r.client()
		answered := posted(c, post(t.Context(), "order"))
		<-g.entered
		r.signal()
		assert.ErrorIs(t, <-answered, io.EOF)
		assert.ErrorIs(t, <-r.served, http.ErrServerClosed)
		g.release()
	})
}

func TestServer_Serve_answersWhatIsInHandlers(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		g := newGate()
		r := started(&Server{Timeout: time.Minute}, g)
		c := r.client()
		answered := posted(c, post(t.Context(), "order"))
		<-g.entered
		r.signal()
		<-r.closed
		assert.Empty(t, r.served)
		g.release()
		assert.NoError(t, <-answered)
		assert.NoError(t, <-r.served)
	})
}

// ask sends a request over a connection of its own, by hand.
func ask(conn net.Conn, request string) (answer, error) {
	if _, err := io.WriteString(conn, request); err != nil {
		return answer{}, err
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return answer{}, err
	}
	return read(resp)
}

const hello = "POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: 2\r\n\r\nhi"

func TestNoDelay(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		r := start(&http.Server{Handler: http.HandlerFunc(echo)}, NoDelay)
		conn := r.conn(t)
		r.signal()
		<-r.closed
		_, err := r.dial(t.Context(), "", "")
		assert.ErrorIs(t, err, net.ErrClosed)
		_, err = ask(conn, hello)
		if !errors.Is(err, io.ErrClosedPipe) { // this machine stood still for 5 s
			assert.ErrorIs(t, err, io.ErrUnexpectedEOF, "it was read")
		}
		assert.NoError(t, <-r.served, "it has no idea")
	})
}

// red waits until the server is not ready any more.
func red(s *Server) {
	for ready(s) == http.StatusOK {
		runtime.Gosched()
	}
}

func ready(s *Server) int {
	w := httptest.NewRecorder()
	s.Ready(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	return w.Code
}

// started runs s with h, and with an HTTP of its own if it has none.
func started(s *Server, h http.Handler) *run {
	if s.HTTP == nil {
		s.HTTP = new(http.Server)
	}
	s.HTTP.Handler = h
	return start(s.HTTP, func(ctx context.Context, _ *http.Server, l net.Listener) error { return s.Serve(ctx, l) })
}

func TestKeepAlivesOff(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		s := &http.Server{Handler: http.HandlerFunc(echo)}
		idle := reaches(s, http.StateIdle)
		r := start(s, func(_ context.Context, s *http.Server, l net.Listener) error { return s.Serve(l) })
		c, w := r.wired(t)
		<-idle
		w.keep()
		answered := posted(c, post(t.Context(), "on its way"))
		<-w.sent
		moved, move := context.WithCancel(t.Context())
		stopped := make(chan error)
		go func() { stopped <- KeepAlivesOff(moved, r.http) }()
		assert.ErrorIs(t, <-answered, io.EOF)
		assert.Empty(t, r.closed)
		move()
		assert.NoError(t, <-stopped)
		assert.ErrorIs(t, <-r.served, http.ErrServerClosed)
		c.CloseIdleConnections()
	})
}

// The same in a Delay: all is answered, what is on its way and what comes over
// connections that are new or have said nothing yet. Who shuts HTTP down ends
// the Delay.
func TestServer_Serve_servesOnInTheDelay(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s := &Server{HTTP: new(http.Server), Delay: time.Hour, Timeout: time.Minute}
		idle := reaches(s.HTTP, http.StateIdle)
		r := started(s, http.HandlerFunc(echo))
		c, w := r.wired(t)
		<-idle
		w.keep()
		answered := posted(c, post(t.Context(), "on its way"))
		<-w.sent
		quiet := r.conn(t)
		assert.Equal(t, http.StatusOK, ready(s))
		r.signal()
		red(s)
		for _, conn := range []net.Conn{quiet, r.conn(t)} {
			got, err := ask(conn, hello)
			require.NoError(t, err)
			assert.Equal(t, http.StatusOK, got.status)
			assert.True(t, got.last)
		}
		require.NoError(t, w.deliver())
		require.NoError(t, <-answered)
		dials := r.dials.Load()
		_, err := do(c, post(t.Context(), "next"))
		require.NoError(t, err)
		assert.Equal(t, dials+1, r.dials.Load(), "the answer was the last on its connection")
		assert.Empty(t, r.served)
		require.NoError(t, r.http.Shutdown(t.Context()))
		assert.NoError(t, <-r.served)
		c.CloseIdleConnections()
	})
}

// The end of a Server, to the nanosecond.
func TestServer_Serve_keepsItsTimes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &Server{Delay: 5 * time.Second, Timeout: 20 * time.Second}
		r := started(s, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			d, err := time.ParseDuration(r.URL.Query().Get("takes"))
			assert.NoError(t, err)
			time.Sleep(d)
			assert.NoError(t, r.Context().Err())
		}))
		takes := func(d string) *http.Request {
			r := post(t.Context(), "")
			r.URL.RawQuery = "takes=" + d
			return r
		}
		silent, busy := r.client(), r.client()
		for _, c := range []*http.Client{silent, busy} {
			_, err := do(c, takes("0s"))
			require.NoError(t, err)
		}
		long := posted(busy, takes("20s"))
		synctest.Wait()
		began := time.Now()
		r.signal()
		synctest.Wait()
		assert.Equal(t, http.StatusServiceUnavailable, ready(s))

		// Until the Delay is over there are new connections, and the idle one.
		time.Sleep(s.Delay - time.Nanosecond)
		for range 2 {
			got, err := do(r.client(), takes("0s"))
			require.NoError(t, err)
			assert.True(t, got.last)
		}
		assert.Empty(t, r.closed)
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		<-r.closed
		assert.Equal(t, s.Delay, time.Since(began))

		// Then there are only requests that have begun.
		_, err := do(silent, takes("0s"))
		require.ErrorIs(t, err, net.ErrClosed)
		require.NoError(t, <-long)
		assert.Equal(t, 20*time.Second, time.Since(began))
		require.NoError(t, <-r.served)
		assert.Less(t, time.Since(began), 21*time.Second, "Shutdown looks every half second")
	})
}

func TestServer_Serve_cancelsThenCuts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		after   time.Duration
		client  error
	}{
		"a handler that heeds its ctx": {
			handler: func(w http.ResponseWriter, r *http.Request) {
				<-r.Context().Done()
				assert.ErrorIs(t, context.Cause(r.Context()), http.ErrServerClosed)
				w.WriteHeader(http.StatusServiceUnavailable)
			},
			after: 18 * time.Second,
		},
		"a handler that does not": {
			handler: func(http.ResponseWriter, *http.Request) { time.Sleep(time.Hour) },
			after:   20 * time.Second,
			client:  io.EOF,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := started(&Server{Timeout: 20 * time.Second}, c.handler)
				answered := posted(r.client(), post(t.Context(), "order"))
				synctest.Wait()
				began := time.Now()
				r.signal()
				assert.ErrorIs(t, <-answered, c.client)
				assert.Equal(t, c.after, time.Since(began))
				if c.client == nil {
					assert.NoError(t, <-r.served)
				} else {
					err := <-r.served
					assert.ErrorIs(t, err, context.DeadlineExceeded)
					assert.ErrorContains(t, err, "requests cut off after 20s")
				}
				time.Sleep(time.Hour)
			})
		})
	}
}

// The last answer comes between two looks of Shutdown, and is none that was cut
// off.
func TestServer_Serve_seesTheLastAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		untilCancelled := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
		r := started(&Server{Timeout: time.Second}, http.HandlerFunc(untilCancelled))
		answered := posted(r.client(), post(t.Context(), "order"))
		synctest.Wait()
		r.signal()
		assert.NoError(t, <-answered)
		assert.NoError(t, <-r.served)
	})
}

// Nil stands for http.DefaultServeMux, which has no routes here.
func TestServer_Serve_withoutAHandler(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := started(&Server{Timeout: time.Minute}, nil)
		c := r.client()
		got, err := do(c, post(t.Context(), "order"))
		require.NoError(t, err)
		assert.Equal(t, http.StatusNotFound, got.status)
		r.signal()
		assert.NoError(t, <-r.served)
		c.CloseIdleConnections()
	})
}

func TestServer_Serve_returnsTheErrorOfItsListener(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, s := newGate(), &Server{Delay: time.Hour, Timeout: time.Minute}
		r := started(s, g)
		c := r.client()
		answered := posted(c, post(t.Context(), "order"))
		<-g.entered
		_ = r.Close()
		synctest.Wait()
		assert.Equal(t, http.StatusServiceUnavailable, ready(s))
		g.release()
		assert.NoError(t, <-answered, "it is drained all the same")
		assert.ErrorIs(t, <-r.served, net.ErrClosed)
		c.CloseIdleConnections()
	})
}

func TestServer_Serve_endsWithAContextThatHasEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		n := newNetwork()
		assert.NoError(t, (&Server{HTTP: New(http.NotFoundHandler())}).Serve(ctx, n))
		<-n.closed
	})
}

// What remains: a request that is on its way when the Delay ends. The client
// sends it again, to another server, if the request allows it.
func TestServer_Serve_losesWhatIsOnItsWayAfterTheDelay(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]error{"": io.EOF, "7": nil} {
		t.Run("Idempotency-Key="+key, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := started(&Server{Timeout: time.Minute}, http.HandlerFunc(echo))
				other := newNetwork()
				s := New(http.HandlerFunc(echo))
				go func() { _ = s.Serve(other) }()
				defer func() { _ = s.Close() }()

				c, w := r.wired(t)
				synctest.Wait()
				w.keep()
				request := post(t.Context(), "order")
				if key != "" {
					request.Header.Set("Idempotency-Key", key)
				}
				r.network = other // the balancer's choice from now on
				answered := posted(c, request)
				<-w.sent
				r.signal()
				assert.NoError(t, <-r.served)
				assert.ErrorIs(t, <-answered, want)
				c.CloseIdleConnections()
			})
		})
	}
}

// HTTP/2 says GOAWAY with the next answer: no connection is closed under a
// request.
func TestServer_Serve_movesHTTP2On(t *testing.T) {
	t.Parallel()
	known := httptest.NewTLSServer(nil) // for its certificate
	known.Close()
	theirs := &tls.Config{Certificates: known.TLS.Certificates, NextProtos: []string{"h2"}, MinVersion: tls.VersionTLS13}
	ours := &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "example.com", MinVersion: tls.VersionTLS13}
	ours.RootCAs.AddCert(known.Certificate())
	synctest.Test(t, func(t *testing.T) {
		s := &Server{HTTP: New(http.HandlerFunc(echo)), Delay: 5 * time.Second, Timeout: 20 * time.Second}
		r := start(s.HTTP, func(ctx context.Context, _ *http.Server, l net.Listener) error {
			return s.Serve(ctx, tls.NewListener(l, theirs))
		})
		c := &http.Client{Transport: &http.Transport{DialContext: r.dial, TLSClientConfig: ours, ForceAttemptHTTP2: true}}
		for i, dials := range []int64{1, 1, 1, 2} {
			if i == 2 {
				r.signal()
				synctest.Wait()
			}
			request := post(t.Context(), "order")
			request.URL.Scheme = "https"
			got, err := do(c, request)
			require.NoError(t, err)
			assert.Equal(t, 2, got.proto)
			synctest.Wait()
			assert.Equal(t, dials, r.dials.Load(), "request %d", i)
		}
		assert.NoError(t, <-r.served)
		c.CloseIdleConnections()
	})
}
