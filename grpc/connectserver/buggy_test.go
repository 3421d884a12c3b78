package connectserver

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	connectv1 "connectrpc.com/connect"
	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connectinprocess"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/detect"
	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
	"example.com/goguide/grpc/users"
)

var (
	errDisk = errors.New("open /var/lib/users.db: disk full")
	ann     = &userv1.User{Id: "7", Name: "Ann", Age: 30}
	anns    = &userv1.GetUserRequest{Id: ann.GetId()}
)

func fails(err error) Find {
	return func(context.Context, string) (*userv1.User, error) { return nil, err }
}

// A handler has one method.
type handler struct {
	userv1connect.UnimplementedUserServiceHandler
	get GetUser
}

func (h handler) GetUser(ctx context.Context, r *userv1.GetUserRequest) (*userv1.User, error) {
	return h.get(ctx, r)
}

// serve returns a client of a method, in this process and without a network.
func serve(get GetUser) userv1connect.UserServiceClient {
	rpc := connect.NewServer()
	userv1connect.RegisterUserServiceHandler(rpc, handler{get: get})
	return remote(rpc)
}

func remote(rpc *connect.Server) userv1connect.UserServiceClient {
	return userv1connect.NewUserServiceClient(connect.NewClient(connectinprocess.New(rpc)))
}

// A store is what a test makes of it.
type store struct {
	users.Store // which is nil: no other method is called
	Find
}

func (s store) Get(ctx context.Context, id string) (*userv1.User, error) { return s.Find(ctx, id) }

// correct returns a client of the server as New makes it.
func correct(find Find) userv1connect.UserServiceClient {
	return remote(NewRPC(users.Config{Store: store{Find: find}, Log: slog.New(slog.DiscardHandler)}))
}

func told(t *testing.T, err error) (code connect.Code, text string) {
	e, ok := errors.AsType[*connect.Error](err)
	require.True(t, ok, "%v", err)
	return e.Code(), e.Message()
}

func TestGuideError(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, userv1connect.UserServiceGetUserProcedure, nil)
		r.Header.Set("Content-Type", "application/proto")
		GuideError(fails(errDisk)).ServeHTTP(w, r)
		assert.JSONEq(t, `{"code":"unknown","message":"open /var/lib/users.db: disk full"}`, w.Body.String())
	})
}

// The near-miss: what v1 asks for. The author chose the text.
func TestGuideError_withACode(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, userv1connect.UserServiceGetUserProcedure, nil)
		r.Header.Set("Content-Type", "application/proto")
		GuideError(fails(connectv1.NewError(connectv1.CodeNotFound, users.ErrNotFound))).ServeHTTP(w, r)
		assert.JSONEq(t, `{"code":"not_found","message":"no such user"}`, w.Body.String())
	})
}

func TestPlainError(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		for _, err := range []error{errDisk, users.ErrNotFound} {
			_, err := serve(PlainError(fails(err))).GetUser(t.Context(), anns)
			code, text := told(t, err)
			assert.Equal(t, connect.CodeUnknown, code)
			assert.Empty(t, text)
		}
	})
}

func TestNew_tellsErrorsApart(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		_, err := correct(fails(users.ErrNotFound)).GetUser(t.Context(), anns)
		code, text := told(t, err)
		assert.Equal(t, connect.CodeNotFound, code)
		assert.Equal(t, "no such user", text)
		_, err = correct(fails(errDisk)).GetUser(t.Context(), anns)
		code, text = told(t, err)
		assert.Equal(t, connect.CodeInternal, code)
		assert.Equal(t, "internal error", text)
	})
}

func TestForwardedError(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		behind := correct(fails(users.ErrNotFound))
		_, err := serve(ForwardedError(behind)).GetUser(t.Context(), anns)
		code, text := told(t, err)
		assert.Equal(t, connect.CodeInternal, code)
		assert.Empty(t, text)
	})
}

// The near-miss: an error that says in this service's own words what the one of
// the service behind it means here.
func TestForwardedError_translated(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		behind := correct(fails(users.ErrNotFound))
		_, err := correct(func(ctx context.Context, _ string) (*userv1.User, error) {
			u, err := behind.GetUser(ctx, anns)
			if connect.CodeOf(err) == connect.CodeNotFound {
				return nil, users.ErrNotFound
			}
			return u, err
		}).GetUser(t.Context(), anns)
		code, _ := told(t, err)
		assert.Equal(t, connect.CodeNotFound, code)
	})
}

func TestNilUser(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		url, _, stop := counted(NilUser(nil))
		defer stop()
		client, done := Remote(url)
		defer done()
		u, err := client.GetUser(t.Context(), anns)
		require.NoError(t, err)
		assert.Empty(t, u.GetId())
	})
}

// The near-miss: a map that has the user.
func TestNilUser_found(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		u, err := serve(NilUser(map[string]*userv1.User{"7": ann})).GetUser(t.Context(), anns)
		require.NoError(t, err)
		assert.Equal(t, "Ann", u.GetName())
	})
}

// patient is a store that works until its ctx ends.
func patient(ctx context.Context, _ string) (*userv1.User, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestBackgroundContext(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		_, _ = serve(BackgroundContext(func(store context.Context, _ string) (*userv1.User, error) {
			cancel() // the caller leaves
			return patient(store, "")
		})).GetUser(ctx, anns)
	})
}

func TestNew_endsTheStoresWork(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, err := correct(patient).GetUser(ctx, anns)
		assert.Equal(t, connect.CodeDeadlineExceeded, connect.CodeOf(err))
	})
}

// With the transport within the process a whole exchange runs in a bubble: an
// hour passes in no time.
func TestNew_inABubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		start := time.Now()
		_, err := correct(patient).GetUser(ctx, anns)
		assert.Equal(t, connect.CodeDeadlineExceeded, connect.CodeOf(err))
		assert.Equal(t, time.Hour, time.Since(start))
	})
}

// counted serves over loopback and counts connections.
func counted(get GetUser) (url string, connections func() int, stop func()) {
	rpc := connect.NewServer()
	userv1connect.RegisterUserServiceHandler(rpc, handler{get: get})
	s := httptest.NewUnstartedServer(mounted(rpc))
	s.Config.Protocols = h2c()
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	made := make(chan struct{}, 100)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			made <- struct{}{}
		}
	}
	s.Start()
	return s.URL, func() int { return len(made) }, s.Close
}

func TestClientPerCall(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		url, connections, stop := counted(NilUser(map[string]*userv1.User{"7": ann}))
		defer stop()
		for range 3 {
			_, err := ClientPerCall(t.Context(), url, "7")
			require.NoError(t, err)
		}
		assert.Equal(t, 3, connections())
	})
}

func TestRemote_sharesItsConnections(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		url, connections, stop := counted(NilUser(map[string]*userv1.User{"7": ann}))
		defer stop()
		client, done := Remote(url)
		defer done()
		call := func() {
			_, err := client.GetUser(t.Context(), anns)
			require.NoError(t, err)
		}
		// net/http gives a new connection to the call that dialed it, and only
		// then puts it where others look: quick as they are, they dial as well.
		// The last of these finds one, and has perhaps begun to dial.
		call()
		for calls := 1; connections() == calls; calls++ {
			call()
		}
		most := connections() + 1
		for range 10 {
			call()
		}
		assert.LessOrEqual(t, connections(), most)
	}, detect.Without("a socket is not durably blocking", detect.Synctest))
}
