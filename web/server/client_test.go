package server

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/detect"
)

// get is a request for a path.
func get(ctx context.Context, path string) *http.Request {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://shop"+path, nil)
	if err != nil {
		panic(err)
	}
	return r
}

// with runs a server of h, and f with a client that has no timeout.
func with(t *testing.T, h http.HandlerFunc, f func(n *network, c *http.Client)) {
	n := newNetwork()
	s := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	served := make(chan error, 1)
	go func() { served <- s.Serve(n) }()
	c := n.client()
	f(n, c)
	c.CloseIdleConnections()
	_ = s.Close()
	assert.ErrorIs(t, <-served, http.ErrServerClosed)
}

// mute accepts connections, reads what comes and says nothing.
func mute(n *network) {
	for {
		conn, err := n.Accept()
		if err != nil {
			return
		}
		go func() { _, _ = io.Copy(io.Discard, conn) }()
	}
}

func TestDefaultClient(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		n := newNetwork()
		go mute(n)
		http.DefaultTransport = n.client().Transport // of this child
		_, err := DefaultClient("http://shop/")
		assert.NoError(t, err)
	}, soon)
}

// newClient is a NewClient that dials on n.
func newClient(t *testing.T, n *network) *http.Client {
	c := NewClient()
	transport, ok := c.Transport.(*http.Transport)
	require.True(t, ok)
	transport.DialContext = n.dial
	return c
}

func TestNewClient_waitsForNobodyForEver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork()
		go mute(n)
		c := newClient(t, n)
		start := time.Now()
		_, err := Get(t.Context(), c, "http://shop/", 1000)
		var timeout net.Error
		require.ErrorAs(t, err, &timeout)
		assert.True(t, timeout.Timeout())
		assert.Equal(t, 10*time.Second, time.Since(start))
		_ = n.Close()
	})
}

const price = "12.50"

func trickled(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, price+strings.Repeat(" ", 1<<20))
}

func TestNeverClosed(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		with(t, trickled, func(_ *network, c *http.Client) {
			p, err := NeverClosed(c, get(context.Background(), "/price"))
			require.NoError(t, err)
			assert.InDelta(t, 12.5, p, 0)
		})
	})
}

// The near-miss: a body that ends in the first read is over, closed or not.
// That is why such code passes its tests.
func TestNeverClosed_smallBody(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		h := func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, price) }
		with(t, h, func(_ *network, c *http.Client) {
			_, err := NeverClosed(c, get(context.Background(), "/price"))
			assert.NoError(t, err)
		})
	})
}

func TestClosedTooLate(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		with(t, http.NotFound, func(_ *network, c *http.Client) {
			_, err := ClosedTooLate(c, get(context.Background(), "/price"))
			assert.EqualError(t, err, "status 404 Not Found")
		})
	})
}

// The near-miss: an error without a body leaves nothing open.
func TestClosedTooLate_noBody(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		h := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }
		with(t, h, func(_ *network, c *http.Client) {
			_, err := ClosedTooLate(c, get(context.Background(), "/price"))
			assert.EqualError(t, err, "status 404 Not Found")
		})
	})
}

func TestNeverRead(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		with(t, page, func(n *network, c *http.Client) {
			for range 3 {
				ok, err := NeverRead(c, get(t.Context(), "/page"))
				require.NoError(t, err)
				assert.True(t, ok)
			}
			assert.EqualValues(t, 3, n.dials.Load())
		})
	})
}

// The near-miss: HEAD asks the same, and its answer has no body.
func TestNeverRead_head(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		with(t, page, func(n *network, c *http.Client) {
			for range 3 {
				r := get(t.Context(), "/page")
				r.Method = http.MethodHead
				ok, err := NeverRead(c, r)
				require.NoError(t, err)
				assert.True(t, ok)
			}
			assert.EqualValues(t, 1, n.dials.Load())
		})
	})
}

func TestNoLimit(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		with(t, page, func(_ *network, c *http.Client) {
			body, err := NoLimit(c, get(t.Context(), "/page"))
			require.NoError(t, err)
			assert.Len(t, body, len(large))
		})
	})
}

func TestGet_keepsTheConnectionAndTheLimit(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		h := http.NewServeMux()
		h.HandleFunc("/page", page)
		with(t, h.ServeHTTP, func(n *network, c *http.Client) {
			body, err := Get(t.Context(), c, "http://shop/page", int64(len(large)))
			require.NoError(t, err)
			assert.Len(t, body, len(large))
			_, err = Get(t.Context(), c, "http://shop/none", 1000)
			require.ErrorContains(t, err, "status 404")
			require.EqualValues(t, 1, n.dials.Load())

			var tooLarge *http.MaxBytesError
			_, err = Get(t.Context(), c, "http://shop/page", 1)
			require.ErrorAs(t, err, &tooLarge)
			_, err = Get(t.Context(), c, "http://shop/none", 100)
			require.ErrorContains(t, err, "status 404")
			assert.EqualValues(t, 2, n.dials.Load(), "the connection of the long body was closed")

			_, err = Get(t.Context(), c, "http://shop/page", int64(len(large))-1)
			require.ErrorAs(t, err, &tooLarge)
			_, err = Get(t.Context(), c, "::", 1)
			require.Error(t, err)
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			_, err = Get(ctx, c, "http://shop/page", 1)
			assert.ErrorIs(t, err, context.Canceled)
		})
	})
}

// With a Timeout the leaks of ClosedTooLate and NeverClosed last so long only.
func TestNewClient_endsWhatNobodyCloses(t *testing.T) {
	t.Parallel()
	served(t, page, func(t *testing.T, n *network, _ *http.Client) {
		_, err := NeverClosed(newClient(t, n), get(context.Background(), "/"))
		require.Error(t, err)
		time.Sleep(31 * time.Second)
	})
}

// A client that comes back in the last instant of the server's IdleTimeout has
// closed the connection itself by then, and dials.
func TestNewClient_closesIdleConnectionsFirst(t *testing.T) {
	t.Parallel()
	served(t, echo, func(t *testing.T, n *network, _ *http.Client) {
		c := newClient(t, n)
		for i := range 3 {
			_, err := do(c, post(t.Context(), "order"))
			require.NoError(t, err)
			assert.EqualValues(t, i+1, n.dials.Load())
			time.Sleep(2*time.Minute - time.Nanosecond)
		}
		c.CloseIdleConnections()
	})
}
