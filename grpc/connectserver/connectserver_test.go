package connectserver

import (
	"log/slog"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect/memnet"
	"example.com/goguide/grpc/contract"
	"example.com/goguide/grpc/requestid"
	"example.com/goguide/grpc/users"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestContract(t *testing.T) {
	contract.Run(t, func(c users.Config) contract.Server { return New(c, requestid.ConnectServer()) }, contract.All()...)
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
