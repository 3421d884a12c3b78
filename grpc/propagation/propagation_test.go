package propagation

import (
	"context"
	"testing"

	"connectrpc.com/connect/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/metadata"

	"example.com/goguide/detect"
	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
)

func TestForwardAll(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		last := throughGRPC(t, nil, nil, ForwardAll)
		assert.Equal(t, "Bearer hunter2", last.metadata["authorization"])
	})
}

func TestForwardHeaders(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		last := throughConnect(t, nil, nil, func(ctx context.Context, behind userv1connect.UserServiceClient) error {
			return get(ForwardHeaders(ctx), behind)
		})
		assert.Equal(t, "Bearer hunter2", last.metadata["authorization"])
	})
}

// The near-miss: what both libraries do by themselves, the deadline and nothing
// else.
func TestForwardAll_nothing(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		for _, last := range []seen{throughGRPC(t, nil, nil, itself), throughConnect(t, nil, nil, get)} {
			for name := range sent {
				assert.NotContains(t, last.metadata, name)
			}
			assert.True(t, last.deadline)
		}
	})
}

func TestPolicy_passesWhatIsOnItsList(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		p := policy(t)
		for library, last := range map[string]seen{
			"grpc-go": throughGRPC(t, p.GRPCServer(), GRPCClient(), itself),
			"connect": throughConnect(t, []connect.ServerInterceptor{p.ConnectServer()}, []connect.ClientInterceptor{ConnectClient}, get),
		} {
			assert.Equal(t, "de", last.metadata["accept-language"], library)
			assert.Equal(t, "plan=gold", last.metadata["baggage"], library)
			assert.Contains(t, last.metadata["traceparent"], trace, library)
			assert.NotContains(t, last.metadata, "authorization", library)
			assert.NotContains(t, last.metadata, "x-other", library)
			assert.True(t, last.deadline, library)
		}
	})
}

func TestBackground(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		last := throughConnect(t, []connect.ServerInterceptor{policy(t).ConnectServer()}, []connect.ClientInterceptor{ConnectClient},
			func(ctx context.Context, behind userv1connect.UserServiceClient) error {
				_, err := Background(ctx, behind, "7")
				return err
			})
		assert.NotContains(t, last.metadata, "traceparent")
		assert.NotContains(t, last.metadata, "accept-language")
		assert.False(t, last.deadline)
	})
}

// The near-miss: work that is to outlive its call keeps what names it, and has no
// deadline, which is what it wants.
func TestBackground_withoutCancel(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		last := throughConnect(t, []connect.ServerInterceptor{policy(t).ConnectServer()}, []connect.ClientInterceptor{ConnectClient},
			func(ctx context.Context, behind userv1connect.UserServiceClient) error {
				return get(context.WithoutCancel(ctx), behind)
			})
		assert.Contains(t, last.metadata["traceparent"], trace)
		assert.Equal(t, "de", last.metadata["accept-language"])
		assert.False(t, last.deadline)
	})
}

// A call's own metadata goes before what came in.
func TestPolicy_leavesWhatTheCallHas(t *testing.T) {
	t.Parallel()
	p := policy(t)
	last := throughGRPC(t, p.GRPCServer(), GRPCClient(), func(ctx context.Context) context.Context {
		return metadata.AppendToOutgoingContext(ctx, "accept-language", "fr", "authorization", "Bearer own")
	})
	assert.Equal(t, "fr", last.metadata["accept-language"])
	assert.Equal(t, "Bearer own", last.metadata["authorization"], "which is how a credential is passed on")
}

// Streams pass on and take the same.
func TestPolicy_ofStreams(t *testing.T) {
	t.Parallel()
	p := policy(t)
	var last seen
	behind, stop := byGRPC(t, last.byGRPC, nil, GRPCClient()...)
	defer stop()
	through := func(ctx context.Context) error {
		s, err := behind.ListUsers(ctx, new(userv1.ListUsersRequest))
		require.NoError(t, err)
		_, err = s.Recv()
		require.Error(t, err)
		return nil
	}
	front, stopFront := byGRPC(t, through, p.GRPCServer())
	defer stopFront()
	s, err := front.ListUsers(metadata.NewOutgoingContext(t.Context(), metadata.New(sent)), new(userv1.ListUsersRequest))
	require.NoError(t, err)
	_, err = s.Recv()
	require.Error(t, err)
	assert.Equal(t, "de", last.metadata["accept-language"])

	last = seen{}
	ctx, info := connect.NewClientContext(t.Context())
	info.RequestHeader().Set("accept-language", "de")
	cs, err := byConnect(through, []connect.ServerInterceptor{p.ConnectServer()}).ListUsers(ctx, new(userv1.ListUsersRequest))
	require.NoError(t, err)
	_, err = cs.Receive()
	require.Error(t, err)
	assert.Equal(t, "de", last.metadata["accept-language"])
}

func TestNew_refusesCredentials(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Authorization", "cookie", "grpc-timeout", "connect-timeout-ms", ":path"} {
		_, err := New([]string{name}, nil)
		assert.Error(t, err, name)
	}
}
