// Package contract holds a server of the users service to its contract, as
// testing/fstest does for a file system: over real loopback connections, with
// TLS and without, and with every client and protocol that the server speaks. A
// rule is a sentence, and a test of this package proves that each rule fails with
// a server that breaks it. It belongs to part 9 of the guide.
package contract

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/detect/logbook"
	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/users"
)

// A Server is what Run tests.
type Server interface {
	// Serve serves until Shutdown, and then returns nil; at once, if that came
	// first.
	Serve(l net.Listener) error
	Shutdown(ctx context.Context) error
	// SetServing sets what the health check says.
	SetServing(serving bool)
}

// A Build makes a server of a configuration.
type Build func(c users.Config) Server

// Run tests each rule of the contract, in a subtest with a server of its own:
// without TLS and with it, and by each of the clients.
func Run(t *testing.T, build Build, clients ...Client) {
	for _, secure := range []bool{false, true} {
		transport := map[bool]string{false: "h2c", true: "TLS"}[secure]
		for _, r := range rules {
			t.Run(transport+"/"+r.name, func(t *testing.T) {
				t.Parallel()
				s := newSession(t, build, secure)
				if r.server != nil {
					r.server(t, s)
					return
				}
				for _, c := range clients {
					t.Run(c.name, func(t *testing.T) { r.check(t, s, s.dial(t, c)) })
				}
			})
		}
	}
}

// A rule is a sentence of the contract and what proves it: for each client, or
// for the server by itself. It fails by t alone, so that the test of this package
// can see that it does.
type rule struct {
	name   string
	check  func(t require.TestingT, s *session, c caller)
	server func(t require.TestingT, s *session)
}

// A session is a running server.
type session struct {
	addr string // host:port
	tls  *tls.Config
	// The server's certificate, for clients that are other processes.
	certificate []byte
	store       *store
	log         *logbook.Book
	// SetServing of the server.
	setServing func(bool)
	// How long a rule waits for what should happen at once, and does unless the
	// machine is busy.
	patience time.Duration
	// MaxIdleConnsPerHost of HTTP clients; 0 is net/http's 2.
	idle int
}

func newSession(t testing.TB, build Build, secure bool) *session {
	s := &session{store: &store{users: new(users.Memory)}, log: new(logbook.Book), patience: time.Minute}
	c := users.Config{Store: s.store, Log: s.log.Slog()}
	if secure {
		c.TLS, s.tls = certificate()
		s.certificate = c.TLS.Certificates[0].Certificate[0]
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s.addr = l.Addr().String()
	server := build(c)
	s.setServing = server.SetServing
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		assert.NoError(t, server.Shutdown(ctx))
		assert.NoError(t, <-served)
	})
	return s
}

// dial returns a client of the session's server. Cleanups run last in, first
// out: it is closed before the server is.
func (s *session) dial(t testing.TB, c Client) caller {
	conn, done := c.dial(s)
	t.Cleanup(done)
	return conn
}

// url returns the server's address for HTTP.
func (s *session) url() string {
	if s.tls != nil {
		return "https://" + s.addr
	}
	return "http://" + s.addr
}

// http returns a client for HTTP/2, or else for HTTP/1, and what closes it.
func (s *session) http(http2 bool) (*http.Client, func()) {
	p := new(http.Protocols)
	p.SetHTTP1(!http2)
	p.SetHTTP2(http2 && s.tls != nil)
	p.SetUnencryptedHTTP2(http2 && s.tls == nil)
	t := &http.Transport{Protocols: p, TLSClientConfig: s.tls.Clone(), MaxIdleConnsPerHost: s.idle}
	return &http.Client{Transport: t}, t.CloseIdleConnections
}

// certificate returns a server's configuration and that of clients who trust it.
func certificate() (server, client *tls.Config) {
	s := httptest.NewTLSServer(http.NotFoundHandler())
	defer s.Close()
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return &tls.Config{Certificates: s.TLS.Certificates, MinVersion: tls.VersionTLS12},
		&tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}

// A store does what it is told to before each call.
type store struct {
	mu     sync.Mutex
	before func(ctx context.Context) error
	users  users.Store
}

// do makes f come before each call, and its error, if it has one, in place of
// it. Without f, the store only keeps users.
func (s *store) do(f func(ctx context.Context) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before = f
}

func (s *store) prepare(ctx context.Context) error {
	s.mu.Lock()
	f := s.before
	s.mu.Unlock()
	if f == nil {
		return nil
	}
	return f(ctx)
}

func (s *store) Get(ctx context.Context, id string) (*userv1.User, error) {
	if err := s.prepare(ctx); err != nil {
		return nil, err
	}
	return s.users.Get(ctx, id)
}

func (s *store) Create(ctx context.Context, name string, age int32) (*userv1.User, error) {
	if err := s.prepare(ctx); err != nil {
		return nil, err
	}
	return s.users.Create(ctx, name, age)
}

func (s *store) Page(ctx context.Context, behind int64, size int) ([]*userv1.User, int64, error) {
	if err := s.prepare(ctx); err != nil {
		return nil, 0, err
	}
	return s.users.Page(ctx, behind, size)
}
