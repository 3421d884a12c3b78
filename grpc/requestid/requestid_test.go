package requestid

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"connectrpc.com/connect/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"example.com/goguide/detect"
	userv1 "example.com/goguide/grpc/proto/user/v1"
)

func TestTrusting(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		seen, answered := calledBy(t, forged, Trusting())
		assert.Equal(t, forged, seen)
		assert.Equal(t, forged, answered)
	})
}

// The near-miss: whoever sends none has one made.
func TestTrusting_none(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		seen, answered := calledBy(t, "", Trusting())
		assert.Len(t, seen, 26)
		assert.Equal(t, seen, answered)
	})
}

func TestConnectServer_takesWhatIsFit(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		seen, answered := calledBy(t, "9f-1:a/b+c=", ConnectServer())
		assert.Equal(t, "9f-1:a/b+c=", seen)
		assert.Equal(t, seen, answered)
		seen, answered = calledBy(t, forged, ConnectServer())
		assert.Len(t, seen, 26)
		assert.Equal(t, seen, answered)
	})
}

func TestAccept(t *testing.T) {
	t.Parallel()
	for _, given := range []string{"a", "4bf92f35-77b3", strings.Repeat("x", MaxLen)} {
		assert.Equal(t, given, Accept(given))
	}
	for _, given := range []string{"", "a b", "a\nb", "ä", `a"`, "a\n", "%s{}", strings.Repeat("x", MaxLen+1)} {
		made := Accept(given)
		assert.NotEqual(t, given, made)
		assert.Equal(t, made, Accept(made), "what is made is fit")
		assert.NotEqual(t, made, Accept(given), "and made anew")
	}
}

func TestStringKey(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		ctx := StringKey(t.Context(), "9f-1")
		ctx = context.WithValue(ctx, "request-id", 42) //nolint:staticcheck // another package's
		assert.Equal(t, 42, ctx.Value("request-id"))
	})
}

func TestWith_isNobodyElses(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		type key struct{} // another package's
		ctx := context.WithValue(With(t.Context(), "9f-1"), key{}, 42)
		assert.Equal(t, "9f-1", Of(ctx))
		assert.Empty(t, Of(t.Context()))
	})
}

// through calls a server of connect-go that calls one of grpc-go or, with
// interceptors of its own, one of connect-go. It returns the ids of both.
func through(t *testing.T, client ...connect.ClientInterceptor) (first, second string) {
	behind := byConnect(handler{}, ConnectServer(), client...)
	front := byConnect(handler{before: func(ctx context.Context) error {
		u, err := behind.GetUser(ctx, anyone)
		second = u.GetName()
		return err
	}}, ConnectServer())
	u, err := front.GetUser(t.Context(), anyone)
	require.NoError(t, err)
	return u.GetName(), second
}

func TestMakesAnother(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		first, second := through(t, MakesAnother())
		assert.Len(t, second, 26)
		assert.NotEqual(t, first, second)
	})
}

func TestConnectClient_passesItOn(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		first, second := through(t, ConnectClient())
		assert.Len(t, first, 26)
		assert.Equal(t, first, second)
	})
}

// list returns the id that a stream of grpc-go has, and that of its header.
func list(t *testing.T, server ...grpc.ServerOption) (seen string, answered []string) {
	c, stop := byGRPC(t, handler{}, server)
	defer stop()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s, err := c.ListUsers(ctx, new(userv1.ListUsersRequest))
	require.NoError(t, err)
	u, err := s.Recv()
	require.NoError(t, err)
	md, err := s.Header()
	require.NoError(t, err)
	_, err = s.Recv()
	require.ErrorIs(t, err, io.EOF)
	return u.GetName(), md.Get(Header)
}

func TestUnaryOnly(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		seen, answered := list(t, UnaryOnly())
		assert.Empty(t, seen)
		assert.Empty(t, answered)
	})
}

// The near-miss: a single call has one, which is what such servers are tested by.
func TestUnaryOnly_call(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		c, stop := byGRPC(t, handler{}, []grpc.ServerOption{UnaryOnly()})
		defer stop()
		u, err := c.GetUser(t.Context(), anyone)
		require.NoError(t, err)
		assert.Len(t, u.GetName(), 26)
	})
}

func TestGRPCServer_namesStreams(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		seen, answered := list(t, GRPCServer()...)
		assert.Len(t, seen, 26)
		assert.Equal(t, []string{seen}, answered)
	})
}

func TestConnectServer_namesStreams(t *testing.T) {
	t.Parallel()
	s, err := byConnect(handler{}, ConnectServer()).ListUsers(t.Context(), new(userv1.ListUsersRequest))
	require.NoError(t, err)
	u, err := s.Receive()
	require.NoError(t, err)
	assert.Len(t, u.GetName(), 26)
	require.NoError(t, s.Close())
}

// An id goes through three servers of both libraries, in place of one that the
// handler has put into the metadata itself, and is in the answer of an error.
func TestID_goesThroughBothLibraries(t *testing.T) {
	t.Parallel()
	last := byConnect(handler{before: func(context.Context) error { return errors.New("down") }}, ConnectServer(), ConnectClient())
	lastSaw := ""
	middle, stop := byGRPC(t, handler{before: func(ctx context.Context) error {
		ctx, info := connect.NewClientContext(ctx)
		_, err := last.GetUser(ctx, anyone)
		assert.Equal(t, connect.CodeUnknown, connect.CodeOf(err))
		lastSaw = info.ResponseHeader().Get(Header)
		return status.Error(codes.Unavailable, "down")
	}}, GRPCServer(), GRPCClient()...)
	defer stop()
	var header metadata.MD
	front := byConnect(handler{before: func(ctx context.Context) error {
		ctx = metadata.AppendToOutgoingContext(ctx, Header, "stale", "tenant", "acme")
		_, err := middle.GetUser(ctx, anyone, grpc.Header(&header))
		assert.Equal(t, codes.Unavailable, status.Code(err))
		return nil
	}}, ConnectServer())

	ctx, info := connect.NewClientContext(t.Context())
	info.RequestHeader().Set(Header, "9f-1")
	u, err := front.GetUser(ctx, anyone)
	require.NoError(t, err)
	assert.Equal(t, "9f-1", u.GetName())
	assert.Equal(t, []string{"9f-1"}, header.Get(Header), "of an error")
	assert.Equal(t, "9f-1", lastSaw, "of an error")
}

// Over HTTP/2 no id has a line break in it: the client refuses to send it.
func TestGRPC_hasNoLineBreaks(t *testing.T) {
	t.Parallel()
	c, stop := byGRPC(t, handler{}, GRPCServer())
	defer stop()
	_, err := c.GetUser(metadata.AppendToOutgoingContext(t.Context(), Header, "a\nb"), anyone)
	assert.Equal(t, codes.Internal, status.Code(err), "%v", err)
}
