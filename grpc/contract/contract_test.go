package contract

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connecthttp"
	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"

	"example.com/goguide/detect/recorder"
	"example.com/goguide/grpc/connectserver"
	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
	"example.com/goguide/grpc/requestid"
	"example.com/goguide/grpc/users"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// failures returns those of a rule with a server. With one that breaks the rule
// it waits in vain, so patience is short; with one that does not, never.
func failures(t *testing.T, r rule, build Build, patience time.Duration) []string {
	s := newSession(t, build, false)
	s.patience = patience
	c := s.dial(t, Client{"", dialConnect(connecthttp.WithGRPC())})
	return recorder.Failures(func(seen *recorder.T) {
		if r.server != nil {
			r.server(seen, s)
			return
		}
		r.check(seen, s, c)
	})
}

func correct(c users.Config) Server { return connectserver.New(c, requestid.ConnectServer()) }

// Each rule fails where a server breaks it, and with a server that does not it
// passes, or this test would prove nothing.
func TestRules(t *testing.T) {
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			breaker, ok := breakers[r.name]
			if !ok {
				breaker = naked
			}
			assert.NotEmpty(t, failures(t, r, breaker, time.Second))
			assert.Empty(t, failures(t, r, correct, time.Minute))
		})
	}
}

// Breakers do what a server might well do wrong. Where none is named it is
// naked.
var breakers = map[string]Build{
	"what is created can be got":               with(func(s users.Store) users.Store { return ageless{s} }),
	"what is created is listed, in that order": with(func(s users.Store) users.Store { return once{s} }),
	"calls do not mix":                         with(func(s users.Store) users.Store { return &mixed{Store: s} }),
	"DEADLINE_EXCEEDED: the caller's time is the store's": with(func(s users.Store) users.Store {
		return other{s, func(ctx context.Context) context.Context { return timeless{ctx} }}
	}),
	"CANCELLED: a caller who leaves ends the work": with(func(s users.Store) users.Store {
		return other{s, context.WithoutCancel}
	}),
	"CANCELLED: and a stream": with(func(s users.Store) users.Store {
		return other{s, context.WithoutCancel}
	}),
	"UNIMPLEMENTED: what is not there": func(c users.Config) Server {
		n := newNaked(c)
		n.rpc.SetUnknownHandler(func(context.Context, connect.Spec, connect.ServerStream) error {
			return connect.NewError(connect.CodeNotFound, "")
		})
		return n
	},
}

// with returns the correct server on another store.
func with(wrap func(users.Store) users.Store) Build {
	return func(c users.Config) Server {
		c.Store = wrap(c.Store)
		return correct(c)
	}
}

// An ageless store forgets ages.
type ageless struct{ users.Store }

func (s ageless) Create(ctx context.Context, name string, _ int32) (*userv1.User, error) {
	return s.Store.Create(ctx, name, 0)
}

// A once store gives the first page again and again, until it comes to an end.
type once struct{ users.Store }

func (s once) Page(ctx context.Context, behind int64, size int) ([]*userv1.User, int64, error) {
	_, last, err := s.Store.Page(ctx, behind, size)
	if err != nil || last == behind {
		return nil, last, err
	}
	page, _, err := s.Store.Page(ctx, 0, size)
	return page, last, err
}

// A mixed store gives everybody the user who was made first.
type mixed struct {
	users.Store
	first atomic.Pointer[userv1.User]
}

func (s *mixed) Create(ctx context.Context, name string, age int32) (*userv1.User, error) {
	u, err := s.Store.Create(ctx, name, age)
	s.first.CompareAndSwap(nil, u)
	return u, err
}

func (s *mixed) Get(context.Context, string) (*userv1.User, error) { return s.first.Load(), nil }

// An other store has another ctx.
type other struct {
	users.Store
	ctx func(context.Context) context.Context
}

func (s other) Get(ctx context.Context, id string) (*userv1.User, error) {
	return s.Store.Get(s.ctx(ctx), id)
}

func (s other) Page(ctx context.Context, behind int64, size int) ([]*userv1.User, int64, error) {
	return s.Store.Page(s.ctx(ctx), behind, size)
}

// A timeless ctx hides when it ends.
type timeless struct{ context.Context } //nolint:containedctx // it is one

func (timeless) Deadline() (time.Time, bool) { return time.Time{}, false }

// A nakedServer is what one has after the first page of a tutorial.
type nakedServer struct {
	rpc *connect.Server
	*http.Server
}

func (nakedServer) SetServing(bool) {}

func (s nakedServer) Serve(l net.Listener) error {
	_ = s.Server.Serve(l)
	return nil
}

// A bare service has no interceptor.
type bare struct {
	userv1connect.UnimplementedUserServiceHandler
	users.Service
}

func (u bare) GetUser(ctx context.Context, r *userv1.GetUserRequest) (*userv1.User, error) {
	return u.Service.GetUser(ctx, r)
}

func (u bare) CreateUser(ctx context.Context, r *userv1.CreateUserRequest) (*userv1.User, error) {
	return u.Service.CreateUser(ctx, r)
}

func (u bare) ListUsers(ctx context.Context, r *userv1.ListUsersRequest, s userv1connect.UserServiceListUsersServerStream) error {
	return u.Service.ListUsers(ctx, r, s.Send)
}

func naked(c users.Config) Server { return newNaked(c) }

func newNaked(c users.Config) nakedServer {
	rpc := connect.NewServer()
	userv1connect.RegisterUserServiceHandler(rpc, bare{Service: users.NewService(c.Store)})
	mux := http.NewServeMux()
	connecthttp.Mount(mux, rpc)
	p := new(http.Protocols)
	p.SetUnencryptedHTTP2(true)
	return nakedServer{rpc, &http.Server{Handler: mux, Protocols: p, ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)}}
}
