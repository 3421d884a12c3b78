package firstarg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
	"example.com/goguide/detect/memnet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve starts a server and returns a client of it. The end waits for the
// handlers.
func serve(t *testing.T, h http.HandlerFunc) (client *http.Client, end func()) {
	n := memnet.Listen()
	srv := &http.Server{Handler: h}
	var wg sync.WaitGroup
	wg.Go(func() { assert.ErrorIs(t, srv.Serve(n), http.ErrServerClosed) })
	client = &http.Client{Transport: &http.Transport{DialContext: n.Dial}}
	return client, func() {
		client.CloseIdleConnections()
		assert.NoError(t, srv.Shutdown(t.Context()))
		wg.Wait()
	}
}

// leaves is a request whose client leaves while the far side works on it: it
// returns its ctx, and the far side.
func leaves(t *testing.T) (ctx context.Context, far http.HandlerFunc) {
	ctx, leave := context.WithCancel(t.Context())
	return ctx, func(_ http.ResponseWriter, r *http.Request) {
		leave()
		<-r.Context().Done()
	}
}

func accepted(w http.ResponseWriter, r *http.Request) {
	fmt.Fprint(w, r.Header.Get("Accept"))
}

func TestFetch_endsOnTheFarSideToo(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, far := leaves(t)
		client, end := serve(t, far)
		defer end() // waits for the far side
		_, err := Fetch(ctx, client, "http://far/")
		assert.ErrorIs(t, err, context.Canceled)
	})
}

func TestFetch_returnsThePage(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		client, end := serve(t, accepted)
		defer end()
		page, err := Fetch(t.Context(), client, "http://far/", Accept("text/plain"))
		require.NoError(t, err)
		assert.Equal(t, "text/plain", page)
	})
}

// The far side writes until nobody reads.
func TestFetch_cutsALongPage(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		client, end := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			text := strings.Repeat("a", 1<<16)
			for err := error(nil); err == nil; {
				_, err = io.WriteString(w, text)
			}
		})
		defer end()
		page, err := Fetch(t.Context(), client, "http://far/")
		require.NoError(t, err)
		assert.Len(t, page, maxPage)
	})
}

func TestFetchOptions(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		_, far := leaves(t)
		client, end := serve(t, far)
		defer end()
		_, _ = FetchOptions(client, "http://far/") // where ctx is at hand
		assert.Fail(t, "it returned")
	})
}

// The near-miss: it is all there for those who think of it.
func TestFetchOptions_withContext(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, far := leaves(t)
		client, end := serve(t, far)
		defer end()
		_, err := FetchOptions(client, "http://far/", withContext(ctx))
		assert.ErrorIs(t, err, context.Canceled)
	})
}

// slow is a store that answers only when its caller leaves.
type slow struct{}

func (slow) Load(string) (string, error) { select {} }

func (slow) LoadContext(ctx context.Context, _ string) (string, error) {
	<-ctx.Done()
	return "", context.Cause(ctx)
}

// counted is a wrapper of the old days.
type counted struct {
	OldStore
	n int
}

func (c *counted) Load(id string) (string, error) {
	c.n++
	return c.OldStore.Load(id)
}

func TestLoadOld(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, _ = LoadOld(ctx, &counted{OldStore: slow{}}, "7")
		assert.Fail(t, "it returned")
	})
}

// The near-miss: without the wrapper the same store is asked with ctx.
func TestLoadOld_unwrapped(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := LoadOld(ctx, slow{}, "7")
		assert.ErrorIs(t, err, context.Canceled)
	})
}

type patient struct{}

func (patient) Load(ctx context.Context, id string) (string, error) {
	return slow{}.LoadContext(ctx, id)
}

func TestLogged_Load_passesCtxOn(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		var out bytes.Buffer
		s := Logged{patient{}, slog.New(slog.NewTextHandler(&out, nil))}
		_, err := s.Load(ctx, "7")
		require.ErrorIs(t, err, context.Canceled)
		assert.Contains(t, out.String(), "msg=load id=7")
	})
}

type requestKey struct{}

// twice calls get in two requests.
func twice(t *testing.T, get func(ctx context.Context)) {
	for _, id := range []string{"request 1", "request 2"} {
		get(context.WithValue(t.Context(), requestKey{}, id))
	}
}

func TestAnyCache_Get(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		loads := 0
		c := AnyCache{Load: func(string) string { loads++; return "page" }}
		twice(t, func(ctx context.Context) { assert.Equal(t, "page", c.Get(ctx, "article", 7)) })
		assert.Equal(t, 2, loads)
		assert.Len(t, c.pages, 2, "one more with each request")
	})
}

// The near-miss: without a ctx the key is the same.
func TestAnyCache_Get_withoutCtx(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		loads := 0
		c := AnyCache{Load: func(string) string { loads++; return "page" }}
		twice(t, func(context.Context) { assert.Equal(t, "page", c.Get("article", 7)) })
		assert.Equal(t, 1, loads)
	})
}

func TestCache_Get_findsAgain(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		loads := 0
		c := Cache{Load: func(_ context.Context, key string) (string, error) {
			loads++
			return "page of " + key, nil
		}}
		twice(t, func(ctx context.Context) {
			page, err := c.Get(ctx, "article", 7)
			assert.NoError(t, err)
			assert.Equal(t, "page of article 7\n", page)
		})
		assert.Equal(t, 1, loads)
		page, err := c.Get(t.Context(), "article", 8)
		require.NoError(t, err)
		assert.Equal(t, "page of article 8\n", page)
	})
}

func TestCache_Get_keepsNoError(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		errDown := errors.New("down")
		loads := 0
		c := Cache{Load: func(ctx context.Context, _ string) (string, error) {
			if loads++; loads == 1 {
				return "half a page", errDown
			}
			return "page", ctx.Err()
		}}
		_, err := c.Get(t.Context(), "article", 7)
		require.ErrorIs(t, err, errDown)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = c.Get(ctx, "article", 7)
		require.ErrorIs(t, err, context.Canceled, "it has its caller's ctx")
		page, err := c.Get(t.Context(), "article", 7)
		require.NoError(t, err)
		assert.Equal(t, "page", page)
	})
}
