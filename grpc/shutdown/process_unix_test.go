//go:build unix

package shutdown

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
)

// A real process gets a real SIGTERM while clients call it as fast as they can.
// Every call that it has handled was answered, and health said so in time.
func TestProcess_losesNoCall(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, library string) {
		c := exec.CommandContext(t.Context(), os.Args[0])
		c.Env = append(os.Environ(), processVar+"="+library)
		c.Stderr = os.Stderr
		out, err := c.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, c.Start())
		lines := bufio.NewScanner(out)
		require.True(t, lines.Scan())
		dial := func() *grpc.ClientConn {
			conn, err := grpc.NewClient(lines.Text(), grpc.WithTransportCredentials(insecure.NewCredentials()))
			require.NoError(t, err)
			return conn
		}

		conn := dial()
		ended := stream(t, conn)
		var answered atomic.Int64
		var callers sync.WaitGroup
		warm := make(chan struct{}, 4)
		for range cap(warm) {
			callers.Go(func() {
				own := dial()
				for n := 0; ; n++ {
					code := <-call(own, "7")
					if code != codes.OK {
						assert.Equal(t, codes.Unavailable, code)
						break
					}
					answered.Add(1)
					if n == 10 {
						warm <- struct{}{}
					}
				}
				assert.NoError(t, own.Close())
			})
		}
		for range cap(warm) {
			<-warm
		}

		require.NoError(t, c.Process.Signal(syscall.SIGTERM))
		says := healthv1.HealthCheckResponse_SERVING
		for says == healthv1.HealthCheckResponse_SERVING {
			res, err := healthv1.NewHealthClient(conn).Check(context.Background(), new(healthv1.HealthCheckRequest))
			require.NoError(t, err, "it is told before it is refused")
			says = res.GetStatus()
		}
		assert.Equal(t, healthv1.HealthCheckResponse_NOT_SERVING, says)
		assert.Equal(t, codes.Unavailable, status.Code(<-ended))
		callers.Wait()
		assert.NoError(t, conn.Close())

		require.True(t, lines.Scan())
		handled, err := strconv.ParseInt(strings.TrimSpace(lines.Text()), 10, 64)
		require.NoError(t, err)
		require.NoError(t, c.Wait())
		t.Logf("%d calls", handled)
		assert.Equal(t, answered.Load(), handled)
	})
}
