package grpcserver

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"

	"example.com/goguide/detect"
	"example.com/goguide/detect/refused"
	userv1 "example.com/goguide/grpc/proto/user/v1"
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
	userv1.UnimplementedUserServiceServer
	get GetUser
}

func (h handler) GetUser(ctx context.Context, r *userv1.GetUserRequest) (*userv1.User, error) {
	return h.get(ctx, r)
}

// A store is what a test makes of it.
type store struct {
	users.Store // which is nil: no other method is called
	Find
}

func (s store) Get(ctx context.Context, id string) (*userv1.User, error) { return s.Find(ctx, id) }

// bare returns a server of a method and nothing else.
func bare(get GetUser) *grpc.Server {
	s := grpc.NewServer()
	userv1.RegisterUserServiceServer(s, handler{get: get})
	return s
}

// correct returns the server as New makes it.
func correct(find Find) *grpc.Server {
	return New(users.Config{Store: store{Find: find}, Log: slog.New(slog.DiscardHandler)}).grpc
}

// dialed serves in memory and returns how to dial it.
func dialed(s *grpc.Server) (options []grpc.DialOption, stop func()) {
	l := bufconn.Listen(64 << 10)
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = s.Serve(l) // nil after Stop
	}()
	options = []grpc.DialOption{
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return l.DialContext(ctx) }),
	}
	return options, func() {
		s.Stop()
		<-served
	}
}

const memory = "passthrough:memory"

// get calls GetUser of a server once, and ends both.
func get(ctx context.Context, t *testing.T, s *grpc.Server) (*userv1.User, error) {
	options, stop := dialed(s)
	defer stop()
	client, done, err := Remote(memory, options...)
	require.NoError(t, err)
	defer func() { assert.NoError(t, done()) }()
	return client.GetUser(ctx, anns)
}

func TestPlainError(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		_, err := get(t.Context(), t, bare(PlainError(fails(errDisk))))
		assert.Equal(t, codes.Unknown, status.Code(err))
		assert.Equal(t, "open /var/lib/users.db: disk full", status.Convert(err).Message())
	})
}

// The near-miss: errors of a ctx have codes of their own.
func TestPlainError_ofCtx(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		_, err := get(t.Context(), t, bare(PlainError(fails(context.DeadlineExceeded))))
		assert.Equal(t, codes.DeadlineExceeded, status.Code(err))
	})
}

func TestNew_tellsErrorsApart(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		_, err := get(t.Context(), t, correct(fails(users.ErrNotFound)))
		assert.Equal(t, codes.NotFound, status.Code(err))
		_, err = get(t.Context(), t, correct(fails(errDisk)))
		assert.Equal(t, codes.Internal, status.Code(err))
		assert.Equal(t, "internal error", status.Convert(err).Message())
	})
}

func TestWrappedStatus(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		_, err := get(t.Context(), t, bare(WrappedStatus(fails(errDisk))))
		assert.Equal(t, codes.NotFound, status.Code(err))
		assert.Equal(t, "user 7 at db-3.internal: rpc error: code = NotFound desc = no such user",
			status.Convert(err).Message())
	})
}

// The near-miss: wrapped is fine where no client sees it.
func TestWrappedStatus_found(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		find := func(context.Context, string) (*userv1.User, error) { return ann, nil }
		u, err := get(t.Context(), t, bare(WrappedStatus(find)))
		require.NoError(t, err)
		assert.Equal(t, "Ann", u.GetName())
	})
}

func TestForwardedError(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		options, stop := dialed(bare(PlainError(fails(status.Error(codes.Unauthenticated, "log in again")))))
		defer stop()
		behind, done, err := Remote(memory, options...)
		require.NoError(t, err)
		defer func() { assert.NoError(t, done()) }()
		_, err = get(t.Context(), t, bare(ForwardedError(behind)))
		assert.Equal(t, codes.Unauthenticated, status.Code(err))
		assert.Equal(t, "log in again", status.Convert(err).Message())
	})
}

func TestNew_keepsAnotherServersErrorToItself(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		_, err := get(t.Context(), t, correct(fails(status.Error(codes.Unauthenticated, "log in again"))))
		assert.Equal(t, codes.Internal, status.Code(err))
	})
}

func TestNilUser(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		u, err := get(t.Context(), t, bare(NilUser(nil)))
		require.NoError(t, err)
		assert.Empty(t, u.GetId())
	})
}

// The near-miss: a map that has the user.
func TestNilUser_found(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		u, err := get(t.Context(), t, bare(NilUser(map[string]*userv1.User{"7": ann})))
		require.NoError(t, err)
		assert.Equal(t, "Ann", u.GetName())
	})
}

func TestPanicEnds(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { _, _ = get(t.Context(), t, bare(PanicEnds(nil))) })
}

// The near-miss: a user who is there.
func TestPanicEnds_found(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		known := map[string]func() *userv1.User{"7": func() *userv1.User { return ann }}
		u, err := get(t.Context(), t, bare(PanicEnds(known)))
		require.NoError(t, err)
		assert.Equal(t, "Ann", u.GetName())
	})
}

func TestNew_outlivesAPanic(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		_, err := get(t.Context(), t, correct(func(context.Context, string) (*userv1.User, error) { panic("boom") }))
		assert.Equal(t, codes.Internal, status.Code(err))
	})
}

// patient is a store that makes its caller leave, and works until its ctx ends.
func patient(leave func()) Find {
	return func(ctx context.Context, _ string) (*userv1.User, error) {
		leave()
		<-ctx.Done()
		return nil, ctx.Err()
	}
}

func TestBackgroundContext(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		_, err := get(ctx, t, bare(BackgroundContext(patient(cancel))))
		assert.Equal(t, codes.Canceled, status.Code(err), "for the caller all is well")
	})
}

func TestNew_endsTheStoresWork(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		_, err := get(ctx, t, correct(patient(cancel)))
		assert.Equal(t, codes.Canceled, status.Code(err))
	})
}

func TestConnPerCall(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		options, stop := dialed(correct(func(context.Context, string) (*userv1.User, error) { return ann, nil }))
		defer stop()
		u, err := ConnPerCall(t.Context(), memory, "7", options...)
		require.NoError(t, err)
		assert.Equal(t, "Ann", u.GetName())
	})
}

func TestRemote_isClosed(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		u, err := get(t.Context(), t, correct(func(context.Context, string) (*userv1.User, error) { return ann, nil }))
		require.NoError(t, err)
		assert.Equal(t, "Ann", u.GetName())
	})
}

func TestVet_refusesToWrapInAStatus(t *testing.T) {
	t.Parallel()
	refused.Vet(t, "testdata/refused")
}
