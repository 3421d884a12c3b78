package middleware

import (
	"errors"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	chimw "github.com/go-chi/chi/v5/middleware"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/detect"
)

// An alarm is a ResponseWriter that tells when its 503 begins.
type alarm struct {
	*httptest.ResponseRecorder

	begins chan struct{}
}

func (a alarm) WriteHeader(status int) {
	if status == http.StatusServiceUnavailable {
		close(a.begins)
	}
	a.ResponseRecorder.WriteHeader(status)
}

// late asks a handler that writes its answer when the 503 has begun, and returns
// when both are done.
func late(timeout func(time.Duration, http.Handler) http.Handler) *httptest.ResponseRecorder {
	w := alarm{httptest.NewRecorder(), make(chan struct{})}
	done := make(chan struct{})
	h := http.HandlerFunc(func(hw http.ResponseWriter, _ *http.Request) {
		defer close(done)
		<-w.begins
		_, _ = io.WriteString(hw, "late")
	})
	timeout(time.Millisecond, h).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	<-done
	return w.ResponseRecorder
}

// timeout is Timeout in the form of its buggy relatives.
func timeout(d time.Duration, next http.Handler) http.Handler {
	return Timeout(d, slog.New(slog.DiscardHandler))(next)
}

func TestSelectTimeout(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { late(SelectTimeout) })
}

// The near-miss: whoever writes is the one that the other waits for.
func TestSelectTimeout_inTime(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		w := ask(SelectTimeout(time.Minute, say("in time")), http.MethodGet, "/")
		assert.Equal(t, "in time", w.Body.String())
	})
}

// mixed reports whether what a handler says after its time d stands in the answer
// to the next request. It has begun with more than net/http keeps: to a shorter
// answer it gives a Content-Length, and takes no more. The buffer comes from a
// sync.Pool, which may have others, on one P less so: mixed tries more than once.
func mixed(t *testing.T, d time.Duration, timeout func(time.Duration, http.Handler) http.Handler) (found bool) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // of this child
	var over, said chan struct{}
	mux := http.NewServeMux()
	mux.Handle("/late", timeout(d, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		defer close(said)
		_, _ = io.WriteString(w, strings.Repeat("row\n", 1000))
		<-over
		_, _ = io.WriteString(w, "her secret")
	})))
	mux.HandleFunc("/next", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "his answer ")
		close(over)
		<-said
	})
	serve(mux, io.Discard, func(c *http.Client) {
		for range 20 {
			over, said = make(chan struct{}), make(chan struct{})
			require.NoError(t, get(c, "http://shop/late").err)
			a := get(c, "http://shop/next")
			require.NoError(t, a.err)
			if found = a.body == "his answer her secret"; found {
				return
			}
			require.Equal(t, "his answer ", a.body)
		}
	})
	return found
}

func TestLockedTimeout(t *testing.T) {
	t.Parallel()
	// Its handler has to begin in time, also on a machine that is busy.
	detect.Bug(t, func() { assert.True(t, mixed(t, time.Second/2, LockedTimeout)) },
		detect.Within(time.Minute))
}

// With more than the buffer holds, and no next request, the process ends.
func TestLockedTimeout_muchMore(t *testing.T) {
	t.Parallel()
	report := detect.Run(t, detect.Panic, func() {
		over, said := make(chan struct{}), make(chan struct{})
		h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			defer close(said)
			_, _ = io.WriteString(w, strings.Repeat("row\n", 1000))
			<-over
			_, _ = io.WriteString(w, strings.Repeat("row\n", 1000))
		})
		serve(LockedTimeout(5*time.Millisecond, h), io.Discard, func(c *http.Client) {
			assert.NoError(t, get(c, "http://shop/").err)
		})
		close(over)
		<-said
	})
	assert.Equal(t, detect.Caught, report.State, report.Text)
	assert.Contains(t, report.Text, "invalid memory address or nil pointer dereference")
}

func TestTimeout_isTheOnlyWriter(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		w := late(timeout)
		assert.Equal(t, http.StatusServiceUnavailable, w.Code)
		assert.Equal(t, "the server took too long\n", w.Body.String())
		assert.False(t, mixed(t, 5*time.Millisecond, timeout))
	})
}

func TestRecoverOutside(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		h := RecoverOutside(time.Minute, panicking{"", "a bug"})
		if assert.NotNil(t, h) {
			ask(h, http.MethodGet, "/")
		}
	})
}

func TestTimeout_recoversWhereItPanics(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		w := ask(timeout(time.Minute, panicking{"", "a bug"}), http.MethodGet, "/")
		assert.Equal(t, http.StatusInternalServerError, w.Code)
	})
}

// torn is a proxy whose backend ends in the middle of an answer.
func torn() http.Handler {
	p := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: "backend"})
	p.ErrorLog = log.New(io.Discard, "", 0)
	p.FlushInterval = -1
	p.Transport = backend{}
	return p
}

type backend struct{}

func (backend) RoundTrip(*http.Request) (*http.Response, error) {
	body := io.MultiReader(strings.NewReader("half"), broken{})
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(body), ContentLength: -1}, nil
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("the backend has gone") }

func TestRecoverAll(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		serve(RecoverAll(torn()), io.Discard, func(c *http.Client) {
			assert.Equal(t, answer{http.StatusOK, "halfinternal error\n", nil}, get(c, "http://shop/"), "all is well")
		})
	})
}

func TestRecover_passesAbortOn(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var b book
		serve(Recover(b.Slog())(torn()), &b, func(c *http.Client) {
			assert.Equal(t, answer{http.StatusOK, "half", io.ErrUnexpectedEOF}, get(c, "http://shop/"))
		})
		assert.Empty(t, b.String(), "nobody has a bug here")
	})
}

// quiet makes chi log nowhere.
func quiet() { chimw.DefaultLogger = chimw.RequestLogger(nowhere{}) }

type nowhere struct{}

func (nowhere) NewLogEntry(*http.Request) chimw.LogEntry        { return nowhere{} }
func (nowhere) Write(int, int, http.Header, time.Duration, any) {}
func (nowhere) Panic(any, []byte)                               {}

func TestRecover_cutsWhatHasBegun(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var b book
		h := Chain(Log(b.Slog()), Recover(b.Slog()))(panicking{"half", "a bug"})
		serve(h, &b, func(c *http.Client) {
			assert.Equal(t, answer{http.StatusOK, "half", io.ErrUnexpectedEOF}, get(c, "http://shop/"))
		})
		assert.Equal(t, "a bug", b.field("panic", "error"))
		assert.Equal(t, true, b.field("request", "cut"))
		assert.NotContains(t, b.String(), "superfluous")
	})
}

func TestGuideChain(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		quiet()
		h := GuideChain(time.Millisecond, func(r chi.Router) {
			r.Handle("/half", panicking{"half", "a bug"})
			r.HandleFunc("/late", func(w http.ResponseWriter, r *http.Request) {
				<-r.Context().Done() // only to know when
				_, _ = io.WriteString(w, "late")
			})
			r.HandleFunc("/silent", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		})
		serve(h, io.Discard, func(c *http.Client) {
			for path, want := range map[string]answer{
				"half":   {http.StatusOK, "half", nil}, // and all is well
				"late":   {http.StatusOK, "late", nil},
				"silent": {http.StatusGatewayTimeout, "", nil},
			} {
				assert.Equal(t, want, get(c, "http://shop/"+path), path)
			}
		})
	})
}

// events is a handler that sends two events, the second when the first has
// arrived.
func events(t *testing.T, arrived <-chan struct{}) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "data: 1\n\n")
		if err := http.NewResponseController(w).Flush(); err != nil {
			assert.ErrorIs(t, err, http.ErrNotSupported)
			return
		}
		<-arrived
		_, _ = io.WriteString(w, "data: 2\n\n")
	})
}

func TestHiddenFlusher(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		h := HiddenFlusher(slog.New(slog.DiscardHandler), events(t, nil))
		serve(h, io.Discard, func(c *http.Client) {
			assert.Equal(t, answer{http.StatusOK, "data: 1\n\n", nil}, get(c, "http://shop/"))
		})
	})
}

func TestNew_streamsEvents(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		arrived := make(chan struct{})
		var b book
		serve(all(t, &b, 100)(events(t, arrived)), &b, func(c *http.Client) {
			res, err := do(c, http.MethodGet, "http://shop/", nil)
			require.NoError(t, err)
			first := make([]byte, 9)
			_, err = io.ReadFull(res.Body, first)
			require.NoError(t, err)
			assert.Equal(t, "data: 1\n\n", string(first))
			close(arrived)
			rest, err := io.ReadAll(res.Body)
			assert.NoError(t, err)
			assert.Equal(t, "data: 2\n\n", string(rest))
			assert.NoError(t, res.Body.Close())
		})
	})
}

const forged = "/%0A2026/01/01%2000:00:00%20GET%20/admin"

func TestForgedLine(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var b book
		ask(ForgedLine(log.New(&b, "", 0), say("page")), http.MethodGet, forged)
		assert.Equal(t, "GET /\n2026/01/01 00:00:00 GET /admin\n", b.String())
	})
}

// The near-miss: slog quotes what it is given, in both of its forms.
func TestForgedLine_slogQuotes(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var b book
		for _, h := range []slog.Handler{slog.NewJSONHandler(&b, nil), slog.NewTextHandler(&b, nil)} {
			ask(Log(slog.New(h))(say("page")), http.MethodGet, forged)
		}
		assert.Equal(t, 2, strings.Count(b.String(), "\n"))
	})
}
