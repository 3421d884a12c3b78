//go:build unix

package constructors

import (
	"context"
	"os/signal"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNotifyContext_hasTheSignalAsItsCause(t *testing.T) {
	t.Parallel()
	ctx, stop := signal.NotifyContext(t.Context(), syscall.SIGUSR1)
	defer stop()
	require.NoError(t, syscall.Kill(syscall.Getpid(), syscall.SIGUSR1))
	<-ctx.Done()
	assert.Equal(t, context.Canceled, ctx.Err())
	assert.ErrorContains(t, context.Cause(ctx), syscall.SIGUSR1.String(), "since Go 1.26")
}
