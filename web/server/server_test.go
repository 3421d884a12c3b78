package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/detect"
	"example.com/goguide/detect/memnet"
)

// A network counts who dials, and says when nobody can any more.
type network struct {
	*memnet.Listener
	dials  atomic.Int64
	closed chan struct{}
	once   sync.Once
}

func newNetwork() *network {
	return &network{Listener: memnet.Listen(), closed: make(chan struct{})}
}

func (n *network) Close() error {
	defer n.once.Do(func() { close(n.closed) })
	return n.Listener.Close()
}

func (n *network) dial(ctx context.Context, to, addr string) (net.Conn, error) {
	c, err := n.Dial(ctx, to, addr)
	if err == nil {
		n.dials.Add(1)
	}
	return c, err
}

func (n *network) conn(t *testing.T) net.Conn {
	c, err := n.dial(t.Context(), "", "")
	require.NoError(t, err)
	return c
}

// client is a client of this network that has no timeout.
func (n *network) client() *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: n.dial}}
}

func post(ctx context.Context, body string) *http.Request {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://shop/orders", strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	return r
}

// An answer is what is left of a response when it has been read.
type answer struct {
	status int
	last   bool // Connection: close
	proto  int
}

func read(resp *http.Response) (answer, error) {
	_, err := io.Copy(io.Discard, resp.Body)
	return answer{resp.StatusCode, resp.Close, resp.ProtoMajor}, errors.Join(err, resp.Body.Close())
}

// do sends a request and reads the answer.
func do(c *http.Client, r *http.Request) (answer, error) {
	resp, err := c.Do(r)
	if err != nil {
		return answer{}, err
	}
	return read(resp)
}

// echo answers with the body, or says why there is none.
func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	} else if err != nil {
		http.Error(w, "too slow", http.StatusRequestTimeout)
		return
	}
	_, _ = w.Write(body)
}

// large is more than any buffer holds, and than Go 1.27 reads of a body that is
// closed too early, 256 KiB.
var large = make([]byte, 400<<10)

func page(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(large) }

// The beginnings of requests that go on slowly.
const (
	silence  = ""
	header   = "GET / HTTP/1.1\r\nHost: shop\r\nX-Slow: "
	body     = "POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: 1000000\r\n\r\n"
	complete = "GET /page HTTP/1.1\r\nHost: shop\r\n\r\n"
)

// crowd makes 200 clients that begin a request and then, every so often, send
// one more byte, or take one if the request is complete. It returns after how
// long they were cut off, so far, and how many.
func crowd(t *testing.T, n *network, begin string, every time.Duration) (cut func() map[time.Duration]int) {
	var mu sync.Mutex
	times := map[time.Duration]int{}
	var clients sync.WaitGroup
	start := time.Now()
	for range 200 {
		conn := n.conn(t)
		context.AfterFunc(t.Context(), func() { _ = conn.Close() })
		clients.Go(func() {
			_, err := io.WriteString(conn, begin)
			for err == nil && (begin == header || begin == body) {
				time.Sleep(every)
				_, err = conn.Write([]byte("x"))
			}
		})
		clients.Go(func() {
			var err error
			into := make([]byte, 1000)
			for err == nil {
				if begin == complete {
					time.Sleep(every)
					into = into[:1]
				}
				_, err = conn.Read(into)
			}
			mu.Lock()
			defer mu.Unlock()
			times[time.Since(start)]++
		})
	}
	t.Cleanup(clients.Wait)
	return func() map[time.Duration]int {
		mu.Lock()
		defer mu.Unlock()
		return maps.Clone(times)
	}
}

func mux() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("/", echo)
	m.HandleFunc("/page", page)
	return m
}

// What 200 slow clients do: to New they are a nuisance of some seconds, and to
// Bare one that stays. In neither case do they keep another client waiting.
func TestNew_cutsSlowClientsOff(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		begin string
		after time.Duration
	}{
		"silent connection": {silence, 5 * time.Second},
		"slow header":       {header, 5 * time.Second},
		// The answer comes at 15 s. net/http then leaves the client half a
		// second to read it.
		"slow body": {body, 15*time.Second + 500*time.Millisecond},
		// Cut off at 30 s, which it sees at its next read.
		"slow reader": {complete, 30*time.Second + 100*time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n, s := newNetwork(), New(mux())
				go func() { _ = s.Serve(n) }()
				defer func() { _ = s.Close() }()
				cut := crowd(t, n, c.begin, 700*time.Millisecond)
				time.Sleep(3 * time.Second)
				assertServes(t, n)
				time.Sleep(c.after - 3*time.Second - time.Nanosecond)
				synctest.Wait()
				assert.Empty(t, cut())
				time.Sleep(time.Second)
				synctest.Wait()
				assert.Equal(t, map[time.Duration]int{c.after: 200}, cut())
			})
		})
	}
}

func TestBare_keepsSlowClients(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]string{
		"silent connection": silence, "slow header": header, "slow body": body, "slow reader": complete,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := newNetwork()
				go func() { _ = Bare(n, mux()) }()
				defer func() { _ = n.Close() }()
				cut := crowd(t, n, begin, 6*time.Hour)
				time.Sleep(12 * time.Hour)
				assertServes(t, n)
				time.Sleep(12 * time.Hour)
				synctest.Wait()
				assert.Empty(t, cut())
			})
		})
	}
}

// assertServes proves that a client is answered at once.
func assertServes(t *testing.T, n *network) {
	client := n.client()
	defer client.CloseIdleConnections()
	start := time.Now()
	got, err := do(client, post(t.Context(), "order"))
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, got.status)
	assert.Zero(t, time.Since(start))
}

// soon is the limit of scenarios that never return.
var soon = detect.Within(200 * time.Millisecond)

// waits serves on a network, sends the beginning of a request and waits until
// the server has had enough.
func waits(t *testing.T, serve func(n *network) error, begin string) {
	n := newNetwork()
	go func() { _ = serve(n) }()
	conn := n.conn(t)
	go func() { _, _ = io.WriteString(conn, begin) }()
	_, err := io.Copy(io.Discard, conn)
	assert.NoError(t, err)
	_ = n.Close()
}

func TestBare(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		waits(t, func(n *network) error { return Bare(n, mux()) }, header)
	}, soon)
}

// The near-miss: whoever asks properly is answered, and so no test complains.
func TestBare_properClient(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		n := newNetwork()
		served := make(chan error)
		go func() { served <- Bare(n, mux()) }()
		client := n.client()
		got, err := do(client, post(t.Context(), "order"))
		require.NoError(t, err)
		assert.Equal(t, http.StatusOK, got.status)
		client.CloseIdleConnections()
		_ = n.Close()
		assert.ErrorIs(t, <-served, net.ErrClosed)
	})
}

func TestHeaderTimeoutOnly(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		s := HeaderTimeoutOnly(mux())
		s.ReadHeaderTimeout = time.Hour // this machine may be slow
		waits(t, func(n *network) error { return s.Serve(n) }, body)
	}, soon)
}

// The near-miss: what it is made for, and New, which is made for both.
func TestHeaderTimeoutOnly_andNew(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		for _, begin := range []string{silence, header, body} {
			s := HeaderTimeoutOnly(mux())
			if begin == body {
				s = New(mux())
				s.ReadTimeout = 5 * time.Millisecond
			}
			s.ReadHeaderTimeout = 5 * time.Millisecond
			waits(t, func(n *network) error { return s.Serve(n) }, begin)
		}
	})
}

// untilDone reports when its ctx ends.
func untilDone(ctx context.Context) []byte {
	<-ctx.Done()
	return []byte("too late")
}

func TestTrustsWriteTimeout(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		s := TrustsWriteTimeout(50*time.Millisecond, untilDone)
		waits(t, func(n *network) error { return s.Serve(n) }, complete)
	}, soon)
}

// The near-miss: http.TimeoutHandler sets a deadline, and answers 503 even if
// nobody heeds it.
func TestTrustsWriteTimeout_timeoutHandler(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		answered := make(chan struct{})
		s := TrustsWriteTimeout(time.Minute, func(ctx context.Context) []byte {
			<-ctx.Done()
			<-answered
			return nil
		})
		s.Handler = http.TimeoutHandler(s.Handler, time.Millisecond, "too slow")
		n := newNetwork()
		go func() { _ = s.Serve(n) }()
		client := n.client()
		got, err := do(client, post(t.Context(), ""))
		require.NoError(t, err)
		assert.Equal(t, http.StatusServiceUnavailable, got.status)
		close(answered)
		client.CloseIdleConnections()
		assert.NoError(t, s.Shutdown(t.Context()))
	})
}

// served runs f in a bubble with a client of New(h).
func served(t *testing.T, h http.HandlerFunc, f func(t *testing.T, n *network, c *http.Client)) {
	synctest.Test(t, func(t *testing.T) {
		n, s := newNetwork(), New(h)
		go func() { _ = s.Serve(n) }()
		c := n.client()
		defer func() {
			c.CloseIdleConnections()
			assert.NoError(t, s.Shutdown(t.Context()))
		}()
		f(t, n, c)
	})
}

// What WriteTimeout does not do: the handler works on, and its client waits.
func TestNew_doesNotStopHandlers(t *testing.T) {
	t.Parallel()
	work := func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(time.Minute)
		assert.NoError(t, r.Context().Err())
		_, err := io.WriteString(w, "done")
		assert.NoError(t, err, "it goes to a buffer")
		assert.Error(t, http.NewResponseController(w).Flush())
	}
	served(t, work, func(t *testing.T, _ *network, c *http.Client) {
		start := time.Now()
		_, err := do(c, post(t.Context(), ""))
		require.ErrorIs(t, err, io.EOF)
		assert.Equal(t, time.Minute, time.Since(start))
	})
}

// ReadTimeout is over when the body is read.
func TestNew_leavesHandlersAloneThatHaveReadAll(t *testing.T) {
	t.Parallel()
	work := func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		time.Sleep(29 * time.Second)
		assert.NoError(t, r.Context().Err())
	}
	served(t, work, func(t *testing.T, _ *network, c *http.Client) {
		got, err := do(c, post(t.Context(), "order"))
		require.NoError(t, err)
		assert.Equal(t, http.StatusOK, got.status)
	})
}

func TestNew_givesARouteMoreTime(t *testing.T) {
	t.Parallel()
	upload := func(w http.ResponseWriter, r *http.Request) {
		c := http.NewResponseController(w)
		assert.NoError(t, c.SetReadDeadline(time.Now().Add(time.Hour)))
		assert.NoError(t, c.SetWriteDeadline(time.Now().Add(time.Hour)))
		echo(w, r)
	}
	served(t, upload, func(t *testing.T, _ *network, c *http.Client) {
		slow, w := io.Pipe()
		go func() {
			for range 30 {
				time.Sleep(time.Minute)
				_, _ = w.Write([]byte("x"))
			}
			_ = w.Close()
		}()
		r := post(t.Context(), "")
		r.Body = slow
		got, err := do(c, r)
		require.NoError(t, err)
		assert.Equal(t, http.StatusOK, got.status)
	})
}

func TestNew_limitsWhatItTakes(t *testing.T) {
	t.Parallel()
	served(t, echo, func(t *testing.T, _ *network, c *http.Client) {
		for size, want := range map[int]int{
			MaxBody:     http.StatusOK,
			MaxBody + 1: http.StatusRequestEntityTooLarge,
		} {
			got, err := do(c, post(t.Context(), strings.Repeat("x", size)))
			require.NoError(t, err)
			assert.Equal(t, want, got.status)
		}
		r := post(t.Context(), "")
		r.Header.Set("X-Large", strings.Repeat("x", 80<<10))
		got, err := do(c, r)
		require.NoError(t, err)
		assert.Equal(t, http.StatusRequestHeaderFieldsTooLarge, got.status)
	})
}

func TestNew_closesIdleConnections(t *testing.T) {
	t.Parallel()
	served(t, echo, func(t *testing.T, n *network, _ *http.Client) {
		conn := n.conn(t)
		_, err := fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: shop\r\n\r\n")
		require.NoError(t, err)
		start := time.Now()
		_, err = io.Copy(io.Discard, conn)
		require.NoError(t, err)
		assert.Equal(t, 2*time.Minute, time.Since(start))
	})
}
