package fault

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"example.com/goguide/grpc/shop/store"
)

// Lock keeps others from writing into a table, as another process does, for a time
// or until ctx ends. In SQLite it holds the whole database.
func Lock(ctx context.Context, place, table string, d time.Duration) error {
	db, err := store.Open(ctx, place, store.Schema{})
	if err != nil {
		return err
	}
	held := errors.New("held")
	err = db.Update(ctx, func(tx *sql.Tx) error {
		if store.IsPostgres(place) {
			if _, err := tx.ExecContext(ctx, "LOCK TABLE "+table+" IN EXCLUSIVE MODE"); err != nil {
				return err
			}
		}
		select {
		case <-time.After(d):
		case <-ctx.Done():
		}
		return held // and nothing is written
	})
	if errors.Is(err, held) {
		err = nil
	}
	return errors.Join(err, db.Close())
}

// NeverRead connects n clients to an address, each of which asks for a path again
// and again, with a pause, and reads no answer, until ctx ends. For each on whom
// the server hangs up before that, it calls hungUp, from several goroutines.
func NeverRead(ctx context.Context, addr, path string, n int, pause time.Duration, hungUp func()) error {
	var clients sync.WaitGroup
	errs := make([]error, n)
	for i := range n {
		clients.Go(func() {
			errs[i] = neverRead(ctx, addr, path, pause)
			if errs[i] == nil && ctx.Err() == nil {
				hungUp()
			}
		})
	}
	clients.Wait()
	return errors.Join(errs...)
}

func neverRead(ctx context.Context, addr, path string, pause time.Duration) error {
	c, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("a client that never reads: %w", err)
	}
	defer func() { _ = c.Close() }()
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetReadBuffer(4 << 10) // so that little is enough to fill it
	}
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	defer stop()
	for {
		_, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, addr)
		if err != nil { // the server has hung up, or ctx has ended
			return nil
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil
		}
	}
}
