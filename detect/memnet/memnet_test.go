package memnet_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect/memnet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The hour passes at once, which it would not with a socket.
func TestListener_letsTheClockOfABubbleMoveOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := memnet.Listen()
		srv := &http.Server{
			Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				time.Sleep(time.Hour)
				_, _ = io.WriteString(w, "done")
			}),
		}
		var served sync.WaitGroup
		served.Go(func() { assert.ErrorIs(t, srv.Serve(l), http.ErrServerClosed) })
		client := &http.Client{Transport: &http.Transport{DialContext: l.Dial}}

		start := time.Now()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://any/", nil)
		require.NoError(t, err)
		resp, err := client.Do(req)
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		assert.Equal(t, "done", string(body))
		assert.Equal(t, time.Hour, time.Since(start))

		require.NoError(t, resp.Body.Close())
		client.CloseIdleConnections()
		require.NoError(t, srv.Shutdown(t.Context()))
		served.Wait()
	})
}

func TestListener_afterClose(t *testing.T) {
	t.Parallel()
	l := memnet.Listen()
	require.NoError(t, l.Close())
	require.NoError(t, l.Close(), "again")
	_, err := l.Accept()
	require.ErrorIs(t, err, net.ErrClosed)
	_, err = l.Dial(t.Context(), "", "")
	require.ErrorIs(t, err, net.ErrClosed)
}

func TestListener_dialEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := memnet.Listen().Dial(ctx, "", "")
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

// Even where somebody waits in Accept.
func TestListener_dialsNotWithAContextThatHasEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := memnet.Listen()
		defer func() { assert.NoError(t, l.Close()) }()
		go func() {
			for {
				if _, err := l.Accept(); err != nil {
					return
				}
			}
		}()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for range 20 {
			synctest.Wait() // it waits
			_, err := l.Dial(ctx, "", "")
			require.ErrorIs(t, err, context.Canceled)
		}
	})
}

func TestListener_closeLeavesConnectionsAlone(t *testing.T) {
	t.Parallel()
	l := memnet.Listen()
	accepted := make(chan net.Conn, 1)
	go func() {
		c, err := l.Accept()
		assert.NoError(t, err)
		accepted <- c
	}()
	near, err := l.Dial(t.Context(), "", "")
	require.NoError(t, err)
	far := <-accepted
	require.NoError(t, l.Close())
	go func() { _, _ = io.WriteString(near, "still") }()
	got := make([]byte, 5)
	_, err = io.ReadFull(far, got)
	require.NoError(t, err)
	assert.Equal(t, "still", string(got))
}
