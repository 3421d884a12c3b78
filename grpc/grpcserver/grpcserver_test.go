package grpcserver

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"

	"example.com/goguide/detect/memnet"
	"example.com/goguide/grpc/contract"
	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/requestid"
	"example.com/goguide/grpc/users"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestContract(t *testing.T) {
	contract.Run(t, func(c users.Config) contract.Server { return New(c, requestid.GRPCServer()...) }, contract.GRPC()...)
}

// A signal may come before main has come to Serve.
func TestServer_Serve_afterShutdown(t *testing.T) {
	t.Parallel()
	s := New(users.Config{Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, s.Shutdown(t.Context()))
	l := memnet.Listen()
	require.NoError(t, s.Serve(l))
	_, err := l.Accept()
	assert.ErrorIs(t, err, net.ErrClosed, "Serve has closed it")
}

// A request that cannot be read is grpc-go's to refuse, and no error to look
// into, also that of a stream, which grpc-go reads within the interceptors.
// Fields that this server does not know make it too large.
func TestServer_logsNoRequestThatCannotBeRead(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	options, stop := dialed(New(users.Config{Log: slog.New(slog.NewTextHandler(&log, nil))}).grpc)
	client, done, err := Remote(memory, options...)
	require.NoError(t, err)
	defer func() { assert.NoError(t, done()) }()
	r := new(userv1.ListUsersRequest)
	unknown := protowire.AppendTag(nil, 100, protowire.BytesType)
	r.ProtoReflect().SetUnknown(protowire.AppendBytes(unknown, make([]byte, users.MaxMessage)))
	stream, err := client.ListUsers(t.Context(), r)
	require.NoError(t, err)
	_, err = stream.Recv()
	assert.Equal(t, codes.ResourceExhausted, status.Code(err), err)
	stop()
	assert.Empty(t, log.String())
}

// stubborn is a store that does not look at its ctx.
type stubborn struct {
	users.Memory

	entered, released chan struct{}
}

func (s *stubborn) Get(context.Context, string) (*userv1.User, error) {
	close(s.entered)
	<-s.released
	return &userv1.User{Id: "7"}, nil
}

// Nor does Shutdown wait for it when its time is up.
func TestServer_Shutdown_whateverAHandlerDoes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := &stubborn{entered: make(chan struct{}), released: make(chan struct{})}
		s := New(users.Config{Log: slog.New(slog.DiscardHandler), Store: db})
		l := memnet.Listen()
		served := make(chan error, 1)
		go func() { served <- s.Serve(l) }()
		client, done, err := Remote("passthrough:memory",
			grpc.WithTransportCredentials(insecure.NewCredentials()),
			grpc.WithContextDialer(func(ctx context.Context, addr string) (net.Conn, error) {
				return l.Dial(ctx, "", addr)
			}))
		require.NoError(t, err)
		answered := make(chan error, 1)
		go func() {
			_, err := client.GetUser(context.Background(), &userv1.GetUserRequest{Id: "7"})
			answered <- err
		}()
		<-db.entered
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		require.ErrorIs(t, s.Shutdown(ctx), context.DeadlineExceeded)
		assert.Equal(t, time.Second, time.Since(start))
		assert.Equal(t, codes.Unavailable, status.Code(<-answered))
		require.NoError(t, <-served)
		close(db.released)
		require.NoError(t, done())
	})
}
