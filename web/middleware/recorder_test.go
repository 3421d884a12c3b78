package middleware

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRecorder_knowsWhatWasAnswered(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter)
		status int
		bytes  int64
	}{
		"nothing":  {func(http.ResponseWriter) {}, 0, 0},
		"a status": {func(w http.ResponseWriter) { w.WriteHeader(http.StatusNoContent) }, 204, 0},
		"two": {func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusCreated)
			w.WriteHeader(http.StatusInternalServerError)
		}, 201, 0},
		"an announcement": {func(w http.ResponseWriter) { w.WriteHeader(http.StatusEarlyHints) }, 0, 0},
		"and an answer":   {func(w http.ResponseWriter) { w.WriteHeader(http.StatusEarlyHints); w.WriteHeader(http.StatusCreated) }, 201, 0},
		"a body":          {func(w http.ResponseWriter) { _, _ = io.WriteString(w, "four") }, 200, 4},
		"a copy":          {func(w http.ResponseWriter) { _, _ = io.Copy(w, strings.NewReader("four")) }, 200, 4},
		"a flush":         {func(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() }, 200, 0},
		"an old flush": {func(w http.ResponseWriter) {
			if f, ok := w.(http.Flusher); ok {
				f.Flush()
			}
		}, 200, 0},
		"no status at all": {func(w http.ResponseWriter) {
			defer func() { _ = recover() }()
			w.WriteHeader(1000)
		}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rec := Record(httptest.NewRecorder())
			c.answer(rec)
			assert.Equal(t, c.status, rec.Status())
			assert.Equal(t, c.bytes, rec.Bytes())
			assert.Same(t, rec, Record(rec))
		})
	}
}

// A writer knows how it was asked.
type writer struct {
	*httptest.ResponseRecorder

	read, deadline bool
}

func (w *writer) ReadFrom(src io.Reader) (int64, error) {
	w.read = true
	return io.Copy(w.ResponseRecorder, src)
}

func (w *writer) SetWriteDeadline(time.Time) error { w.deadline = true; return nil }

func TestRecorder_hidesNothing(t *testing.T) {
	t.Parallel()
	var b book
	w := &writer{ResponseRecorder: httptest.NewRecorder()}
	h := func(w http.ResponseWriter, _ *http.Request) {
		assert.NoError(t, http.NewResponseController(w).SetWriteDeadline(time.Time{}))
		_, err := io.Copy(w, io.LimitReader(strings.NewReader("page"), 4))
		assert.NoError(t, err)
		assert.NoError(t, http.NewResponseController(w).Flush())
	}
	all(t, &b, 1)(http.HandlerFunc(h)).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	assert.True(t, w.read, "ReadFrom")
	assert.True(t, w.deadline, "SetWriteDeadline")
	assert.True(t, w.Flushed, "Flush")
}

// plain is a writer that can do nothing else.
type plain struct{ http.ResponseWriter }

func TestRecorder_saysWhatTheInnerCannot(t *testing.T) {
	t.Parallel()
	rec := Record(plain{httptest.NewRecorder()})
	require.ErrorIs(t, rec.FlushError(), http.ErrNotSupported)
	_, _, err := rec.Hijack()
	require.ErrorIs(t, err, http.ErrNotSupported)
	assert.Zero(t, rec.Status(), "the answer has not begun")
}

// A connection that was taken over is the handler's, through all middleware, and
// no 500 is written into it.
func TestRecorder_hijacks(t *testing.T) {
	t.Parallel()
	for name, hijack := range map[string]func(w http.ResponseWriter) error{
		"ResponseController": func(w http.ResponseWriter) error {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_, err = io.WriteString(conn, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nmine")
				_ = conn.Close()
			}
			return err
		},
		"Hijacker": func(w http.ResponseWriter) error {
			hj, ok := w.(http.Hijacker)
			if !ok {
				return http.ErrNotSupported
			}
			conn, _, err := hj.Hijack()
			if err == nil {
				_, err = io.WriteString(conn, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nmine")
				_ = conn.Close()
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b book
			h := all(t, &b, 1)(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				assert.NoError(t, hijack(w))
				panic("a bug")
			}))
			done := make(chan struct{}) // Shutdown does not wait for such
			waited := func(w http.ResponseWriter, r *http.Request) {
				defer close(done)
				h.ServeHTTP(w, r)
			}
			serve(http.HandlerFunc(waited), &b, func(c *http.Client) {
				assert.Equal(t, answer{http.StatusOK, "mine", nil}, get(c, "http://shop/"))
				<-done
			})
			assert.InDelta(t, 101, b.field("request", "status"), 0)
			assert.NotContains(t, b.String(), "hijacked", "nobody wrote into it")
		})
	}
}

// A flush begins the answer. Recover must know, or it adds a 500 to it.
func TestRecover_knowsOfAFlush(t *testing.T) {
	t.Parallel()
	var b book
	h := func(w http.ResponseWriter, _ *http.Request) {
		assert.NoError(t, http.NewResponseController(w).Flush())
		panic("a bug")
	}
	serve(Recover(b.Slog())(http.HandlerFunc(h)), &b, func(c *http.Client) {
		assert.Equal(t, answer{http.StatusOK, "", io.ErrUnexpectedEOF}, get(c, "http://shop/"))
	})
	assert.NotContains(t, b.String(), "superfluous")
}

// What the handler was about to say must not stay on the 500.
func TestRecover_takesBackTheHeadersOfTheBody(t *testing.T) {
	t.Parallel()
	var b book
	h := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		w.Header().Set("ETag", `"1"`)
		w.Header().Set("X-Kept", "yes")
		panic("a bug")
	}
	serve(Recover(b.Slog())(http.HandlerFunc(h)), &b, func(c *http.Client) {
		res, err := do(c, http.MethodGet, "http://shop/", nil)
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.JSONEq(t, `{"title":"Internal Server Error","status":500}`, string(body))
		assert.Empty(t, res.Header.Get("ETag"))
		assert.Equal(t, "yes", res.Header.Get("X-Kept"))
	})
}
