package ctxinstruct

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errDown = errors.New("mail server is down")

// outbox is a mail server that writes down its mails.
func outbox(sent *[]string) Dial {
	return func(ctx context.Context) (Send, error) {
		return func(ctx context.Context, to string) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			*sent = append(*sent, to)
			return nil
		}, ctx.Err()
	}
}

// post hands a handler one request, whose ctx ends with the answer.
func post(ctx context.Context, handler http.Handler, query string) int {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodPost, "/?"+query, nil))
	return w.Code
}

func TestBoundMailer_Mail(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var sent []string
		start, cancel := context.WithCancel(t.Context())
		m, err := NewBoundMailer(start, outbox(&sent))
		require.NoError(t, err)
		require.NoError(t, m.Mail("ana"))
		cancel()
		require.ErrorIs(t, m.Mail("bob"), context.Canceled, "nobody has cancelled this")
		assert.Equal(t, []string{"ana"}, sent)
	})
}

// The near-miss: a program that sends its mails and ends.
func TestBoundMailer_Mail_ofOneRun(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var sent []string
		run, cancel := context.WithCancel(t.Context())
		defer cancel()
		m, err := NewBoundMailer(run, outbox(&sent))
		require.NoError(t, err)
		require.NoError(t, m.Mail("ana"))
		require.NoError(t, m.Mail("bob"))
		assert.Equal(t, []string{"ana", "bob"}, sent)
	})
}

func TestMailer_Mail_outlivesTheStart(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var sent []string
		start, cancel := context.WithCancel(t.Context())
		m, err := Connect(start, outbox(&sent))
		require.NoError(t, err)
		cancel()
		require.NoError(t, m.Mail(t.Context(), "ana"))
		require.ErrorIs(t, m.Mail(start, "bob"), context.Canceled, "its caller has left")
		assert.Equal(t, []string{"ana"}, sent)
		_, err = Connect(start, outbox(&sent))
		assert.ErrorIs(t, err, context.Canceled)
	})
}

// ask is a flag server that answers when its ctx ends.
func ask(ctx context.Context, _ string) (bool, error) {
	<-ctx.Done()
	return true, context.Cause(ctx)
}

func TestNewFlags(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		flags := NewFlags(t.Context(), ask) // as in main
		request, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		<-request.Done()
		flags.On("dark mode") // no way to hand over request
		assert.Fail(t, "it returned")
	})
}

// The near-miss: flags for this request alone.
func TestNewFlags_forOneRequest(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		request, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		assert.False(t, NewFlags(request, ask).On("dark mode"))
	})
}

// login is a handler.
func login(visitors *Visitors) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		visitors.Login(r.Context(), r.FormValue("id"), r.FormValue("user"))
	}
}

func TestVisitors_Login(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var v Visitors
		post(t.Context(), login(&v), "id=1&user=ana")
		ctx, ok := v.Resume("1")
		require.True(t, ok)
		assert.Equal(t, "ana", UserOf(ctx))
		assert.ErrorIs(t, ctx.Err(), context.Canceled, "ana is here")
	})
}

// The near-miss: a connection that lasts as long as the session, such as a
// websocket.
func TestVisitors_Login_overOneConnection(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var v Visitors
		connection, cancel := context.WithCancel(t.Context())
		defer cancel()
		v.Login(connection, "1", "ana")
		ctx, ok := v.Resume("1")
		require.True(t, ok)
		assert.Equal(t, "ana", UserOf(ctx))
		assert.NoError(t, ctx.Err())
	})
}

func TestSessions_Resume_hasTheUserAndTheRequestsEnd(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var s Sessions
		_, err := s.Resume(t.Context(), "1")
		require.ErrorIs(t, err, ErrNoSession)
		s.Login("1", "ana")
		s.Login("2", "bob")
		request, cancel := context.WithCancel(t.Context())
		ctx, err := s.Resume(request, "1")
		require.NoError(t, err)
		require.Equal(t, "ana", UserOf(ctx))
		require.NoError(t, ctx.Err())
		cancel()
		require.ErrorIs(t, ctx.Err(), context.Canceled)
		next, err := s.Resume(t.Context(), "1")
		require.NoError(t, err)
		assert.NoError(t, next.Err())
		assert.Empty(t, UserOf(request))
	})
}

// as is the ctx of a request by a user.
type as struct {
	context.Context //nolint:containedctx // a ctx may be made of a ctx
	actor           string
}

func (a as) Actor() string { return a.actor }

// lines is a trail's book.
type lines struct {
	mu  sync.Mutex
	all []string
}

func (l *lines) write(_ context.Context, line string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, line)
	return nil
}

func TestTrail_Bind(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var book lines
		trail := &Trail{Write: book.write}
		ana := trail.Bind(as{t.Context(), "ana"})
		var bob sync.WaitGroup
		bound := make(chan struct{})
		bob.Go(func() {
			defer close(bound)
			trail.Bind(as{t.Context(), "bob"})
		})
		<-bound
		require.NoError(t, ana.Record("pays"))
		require.Equal(t, []string{"bob: pays"}, book.all)
		var both sync.WaitGroup
		for _, name := range []string{"ana", "bob"} {
			both.Go(func() { trail.Bind(as{t.Context(), name}) })
		}
		both.Wait()
		bob.Wait()
	})
}

// The near-miss: one request after the other.
func TestTrail_Bind_inTurn(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var book lines
		trail := &Trail{Write: book.write}
		for _, name := range []string{"ana", "bob"} {
			require.NoError(t, trail.Bind(as{t.Context(), name}).Record("pays"))
		}
		assert.Equal(t, []string{"ana: pays", "bob: pays"}, book.all)
	})
}

func TestTrail_As_isOnesOwn(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var book lines
		trail := &Trail{Write: book.write}
		var requests, both sync.WaitGroup
		both.Add(2)
		for _, name := range []string{"ana", "bob"} {
			requests.Go(func() {
				mine := trail.As(as{t.Context(), name})
				both.Done()
				both.Wait()
				assert.NoError(t, mine.Record("pays"))
			})
		}
		requests.Wait()
		assert.ElementsMatch(t, []string{"ana: pays", "bob: pays"}, book.all)
	})
}

func TestUploads_Work(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		uploads := make(Uploads, 1)
		assert.Equal(t, http.StatusAccepted, post(t.Context(), uploads, "name=cat.png"))
		err := uploads.Work(func(ctx context.Context, name string) error {
			assert.Equal(t, "cat.png", name)
			return ctx.Err()
		})
		assert.ErrorIs(t, err, context.Canceled, "nobody has cancelled this")
	})
}

// The near-miss: the handler answers when the work is done.
func TestUploads_Work_beforeTheAnswer(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		uploads := make(Uploads, 1)
		uploads <- httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/?name=cat.png", nil)
		assert.NoError(t, uploads.Work(func(ctx context.Context, name string) error {
			assert.Equal(t, "cat.png", name)
			return ctx.Err()
		}))
	})
}

func TestWork_outlivesTheRequests(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		uploads := make(chan Upload, 3)
		accept := func(w http.ResponseWriter, r *http.Request) {
			uploads <- Upload{User: r.FormValue("user"), Name: r.FormValue("name")}
			w.WriteHeader(http.StatusAccepted)
		}
		for _, query := range []string{"user=ana&name=cat", "user=bob&name=dog", "user=ana&name=bad"} {
			post(t.Context(), http.HandlerFunc(accept), query)
		}
		close(uploads)
		var stored []string
		err := Work(t.Context(), uploads, func(ctx context.Context, name string) error {
			if name == "bad" {
				return errDown
			}
			stored = append(stored, UserOf(ctx)+"'s "+name)
			return ctx.Err()
		})
		require.ErrorIs(t, err, errDown)
		assert.Equal(t, []string{"ana's cat", "bob's dog"}, stored)
		assert.NoError(t, Work(t.Context(), uploads, nil), "it is closed")
	})
}
