// Package apitest holds an implementation of the users API to its contract, as
// testing/fstest does for a file system: over real connections, with nothing
// but requests. Every answer is also checked against the OpenAPI document that
// the huma implementation makes of its own code, so that what is documented
// and what six servers do is one thing.
package apitest

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/goguide/detect/logbook"
	"example.com/goguide/web/api"
	"example.com/goguide/web/store/memory"
)

// A Start serves the API on l and returns at once. The function that it returns
// ends the server and waits for it.
type Start func(c api.Config, l net.Listener) (stop func(ctx context.Context) error)

// Handler is the Start of an API that is an [http.Handler].
func Handler(build func(c api.Config) http.Handler) Start {
	return func(c api.Config, l net.Listener) func(context.Context) error {
		s := &http.Server{
			Handler:           build(c),
			ReadHeaderTimeout: time.Minute,
			ErrorLog:          slog.NewLogLogger(c.Log.Handler(), slog.LevelError),
		}
		served := make(chan error, 1)
		go func() { served <- s.Serve(l) }()
		return func(ctx context.Context) error {
			if err := s.Shutdown(ctx); err != nil {
				return err
			}
			if err := <-served; !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		}
	}
}

// Run tests each rule of the contract, in a subtest and with a server of its
// own.
func Run(t *testing.T, start Start) {
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			r.check(t, newSession(t, start))
		})
	}
}

// A rule is a sentence of the contract and what proves it. Its check fails by t
// alone, so that the test of this package can see that it does.
type rule struct {
	name  string
	check func(t require.TestingT, s *session)
}

// A session is a server, and a client that checks what each answer has in
// common.
type session struct {
	base   string
	client *http.Client
	users  *store
	log    *logbook.Book
}

// burst is how many requests a session may send at once. Most rules need fewer.
const burst = 400

func newSession(t testing.TB, start Start) *session {
	// One more in 1000 s, so that a slow machine gets none.
	return newSessionWith(t, start, api.NewLimiter(0.001, burst))
}

func newSessionWith(t testing.TB, start Start, limiter *api.Limiter) *session {
	s := &session{
		client: &http.Client{
			Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 16},
			// A redirect is an answer, not a hint to ask again.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Timeout:       time.Minute,
		},
		users: &store{users: memory.New()},
		log:   new(logbook.Book),
	}
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s.base = "http://" + l.Addr().String()
	stop := start(api.Config{
		Users:   s.users,
		Limiter: limiter,
		Metrics: api.NewMetrics(),
		Log:     s.log.Slog(),
	}, l)
	t.Cleanup(func() {
		s.client.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		require.NoError(t, stop(ctx))
	})
	return s
}

// A store fails when it is told to.
type store struct {
	mu    sync.Mutex
	users api.Users
	fail  func() error
}

// failWith makes f come before each call, and its error, if it has one, in place
// of it.
func (s *store) failWith(f func() error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = f
}

// renew forgets all users.
func (s *store) renew() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users = memory.New()
}

// use returns the users, unless the store is to fail.
func (s *store) use() (api.Users, error) {
	s.mu.Lock()
	users, fail := s.users, s.fail
	s.mu.Unlock()
	if fail == nil {
		return users, nil
	}
	return users, fail()
}

func (s *store) Create(ctx context.Context, key string, d api.Draft) (api.User, error) {
	users, err := s.use()
	if err != nil {
		return api.User{}, err
	}
	return users.Create(ctx, key, d)
}

func (s *store) Get(ctx context.Context, id string) (api.User, error) {
	users, err := s.use()
	if err != nil {
		return api.User{}, err
	}
	return users.Get(ctx, id)
}

func (s *store) List(ctx context.Context, cursor string, limit int) (api.Page, error) {
	users, err := s.use()
	if err != nil {
		return api.Page{}, err
	}
	return users.List(ctx, cursor, limit)
}

func (s *store) Update(ctx context.Context, id string, m api.Match, p api.Patch) (api.User, error) {
	users, err := s.use()
	if err != nil {
		return api.User{}, err
	}
	return users.Update(ctx, id, m, p)
}

func (s *store) Delete(ctx context.Context, id string, m api.Match) error {
	users, err := s.use()
	if err != nil {
		return err
	}
	return users.Delete(ctx, id, m)
}

func (s *store) Ping(ctx context.Context) error {
	users, err := s.use()
	if err != nil {
		return err
	}
	return users.Ping(ctx)
}
