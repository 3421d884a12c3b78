package fault

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/grpc/shop/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo is a server that sends back what it gets.
func echo(t *testing.T, say string) (addr string, done func()) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var served sync.WaitGroup
	served.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			served.Go(func() {
				_, _ = c.Write([]byte(say))
				_, _ = io.Copy(c, c)
				_ = c.Close()
			})
		}
	})
	return l.Addr().String(), func() {
		assert.NoError(t, l.Close())
		served.Wait()
	}
}

func dial(t *testing.T, p *Proxy) net.Conn {
	t.Helper()
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", p.Addr())
	require.NoError(t, err)
	return c
}

// says sends a word and expects it back.
func says(t *testing.T, c net.Conn, want string) {
	t.Helper()
	_, err := c.Write([]byte("x"))
	require.NoError(t, err)
	b := make([]byte, len(want))
	_, err = io.ReadFull(c, b)
	require.NoError(t, err)
	assert.Equal(t, want, string(b))
}

func TestProxy(t *testing.T) {
	t.Parallel()
	one, oneDone := echo(t, "1")
	defer oneDone()
	two, twoDone := echo(t, "2")
	defer twoDone()
	p, err := Listen(t.Context())
	require.NoError(t, err)

	refused, err := new(net.Dialer).DialContext(t.Context(), "tcp", p.Addr())
	if err == nil { // the reset may come after
		_, err = refused.Read(make([]byte, 1))
		require.NoError(t, refused.Close())
	}
	assert.Error(t, err, "without a target")

	p.Target(one)
	old := dial(t, p)
	says(t, old, "1x")
	p.Target(two)
	says(t, old, "x") // it stays where it is
	fresh := dial(t, p)
	says(t, fresh, "2x")

	p.Silence()
	_, err = old.Write([]byte("x"))
	require.NoError(t, err, "nothing is to be seen of it")
	require.NoError(t, old.SetReadDeadline(time.Now().Add(50*time.Millisecond)))
	_, err = old.Read(make([]byte, 1))
	assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
	later := dial(t, p)
	says(t, later, "2x")

	require.NoError(t, p.Close())
	_, err = later.Read(make([]byte, 1))
	assert.Error(t, err)
	for _, c := range []net.Conn{old, fresh, later} {
		require.NoError(t, c.Close())
	}
}

// What one end has said before it left comes to the other.
func TestProxy_handsOnTheEnd(t *testing.T) {
	t.Parallel()
	addr, done := echo(t, "")
	defer done()
	p, err := Listen(t.Context())
	require.NoError(t, err)
	p.Target(addr)
	c := dial(t, p)
	_, err = c.Write([]byte("all of it"))
	require.NoError(t, err)
	tcp, ok := c.(*net.TCPConn)
	require.True(t, ok)
	require.NoError(t, tcp.CloseWrite())
	b, err := io.ReadAll(c)
	require.NoError(t, err)
	assert.Equal(t, "all of it", string(b))
	require.NoError(t, errors.Join(c.Close(), p.Close()))
}

func TestLock(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "things.db")
	db, err := store.Open(t.Context(), path, store.Schema{SQLite: `CREATE TABLE IF NOT EXISTS things (name TEXT)`})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	var locked sync.WaitGroup
	locked.Go(func() { assert.NoError(t, Lock(ctx, path, "things", time.Hour)) })
	write := func() error { return db.Update(t.Context(), func(*sql.Tx) error { return nil }) }
	for !errors.Is(write(), store.ErrBusy) { // it is not held yet
	}
	cancel()
	locked.Wait()
	require.NoError(t, write())
	require.NoError(t, db.Close())
}

// Nothing is read, though the server has sent something.
func TestNeverRead(t *testing.T) {
	t.Parallel()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	var asks sync.WaitGroup
	hungUp := func() { assert.Fail(t, "nobody hangs up") }
	asks.Go(func() {
		assert.NoError(t, NeverRead(ctx, l.Addr().String(), "/users", 1, time.Millisecond, hungUp))
	})
	c, err := l.Accept()
	require.NoError(t, err)
	want := "GET /users HTTP/1.1\r\nHost: " + l.Addr().String() + "\r\n\r\n"
	b := make([]byte, 2*len(want))
	_, err = io.ReadFull(c, b)
	require.NoError(t, err)
	assert.Equal(t, want+want, string(b))
	require.NoError(t, c.SetWriteDeadline(time.Now().Add(100*time.Millisecond)))
	for err == nil {
		_, err = c.Write(make([]byte, 1<<20))
	}
	assert.ErrorIs(t, err, os.ErrDeadlineExceeded, "the buffers are full")
	cancel()
	asks.Wait()
	require.NoError(t, errors.Join(c.Close(), l.Close()))
}

func TestNeverRead_hungUpOn(t *testing.T) {
	t.Parallel()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var asks sync.WaitGroup
	var hungUp atomic.Int32
	asks.Go(func() {
		assert.NoError(t, NeverRead(t.Context(), l.Addr().String(), "/users", 2, time.Millisecond, func() { hungUp.Add(1) }))
	})
	for range 2 {
		c, err := l.Accept()
		require.NoError(t, err)
		require.NoError(t, c.Close())
	}
	asks.Wait()
	assert.EqualValues(t, 2, hungUp.Load())
	require.NoError(t, l.Close())
}
