package chain

import (
	"context"
	"net"
	"net/http"
	"os"
	"syscall"
	"testing"
	"testing/synctest"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connecthttp"
	"github.com/sony/gobreaker/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
	"example.com/goguide/grpc/retry"
)

// resets is an HTTP client whose connections are reset.
type resets struct{}

func (resets) Do(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return nil, &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
}

// As measured: connect-go says of a reset connection that the caller has left.
// When this fails for bare, interceptor lost has done its work.
func TestClient_Connect_knowsALostConnection(t *testing.T) {
	t.Parallel()
	transport := connecthttp.NewTransport(resets{}, "http://users", connecthttp.WithGRPC())
	ask := func(ctx context.Context, c *connect.Client) connect.Code {
		_, err := userv1connect.NewUserServiceClient(c).GetUser(ctx, &userv1.GetUserRequest{Id: "7"})
		return connect.CodeOf(err)
	}
	assert.Equal(t, connect.CodeCanceled, ask(t.Context(), connect.NewClient(transport)), "bare")
	assert.Equal(t, connect.CodeUnavailable, ask(t.Context(), connect.NewClient(transport, lost)))
	left, leave := context.WithCancel(t.Context())
	leave()
	assert.Equal(t, connect.CodeCanceled, ask(left, connect.NewClient(transport, lost)), "who has left has left")
}

// So a lost connection is tried again, and counts for the breaker.
func TestClient_Connect_triesAgainWhatWasLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 10)
		around, err := w.Client.Connect()
		require.NoError(t, err)
		transport := connecthttp.NewTransport(resets{}, "http://users", connecthttp.WithGRPC())
		c := userv1connect.NewUserServiceClient(connect.NewClient(transport, around...))
		_, err = c.GetUser(t.Context(), &userv1.GetUserRequest{Id: "7"})
		assert.Equal(t, connect.CodeUnavailable, connect.CodeOf(err))
		assert.Len(t, w.spans.GetSpans(), int(retry.Default.Tries), "a span for each try")
		assert.Equal(t, gobreaker.StateOpen, w.Breaker.State(), "which three failures open")
	})
}
