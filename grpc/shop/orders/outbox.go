package orders

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	shopv1 "example.com/goguide/grpc/proto/shop/v1"
)

const (
	// batch is how many rows of the outbox are told before they are deleted: what
	// a crash may tell again.
	batch = 64
	// patience is after how many failures a round ends: it is not the rows then.
	patience = 3
	// idle is how often a relay looks without being woken: another process may
	// have left something.
	idle = time.Second
	// dbTime is how long the database may take for one thing: one that is away
	// may say nothing for much longer.
	dbTime = time.Second
	// firstPause and maxPause bound the pauses between the tries of one row.
	firstPause, maxPause = 50 * time.Millisecond, 2 * time.Second
)

// A Relay tells the users service of each order, at least once.
type Relay struct {
	Store *Store
	// Publish tells of one order. What it tells twice must count once.
	Publish func(context.Context, *shopv1.RecordOrderRequest) error
	Log     *slog.Logger
}

// A row of the outbox.
type row struct {
	seq   int64
	tries int
	shopv1.RecordOrderRequest
}

// Run tells what is in the outbox, and what comes, until ctx ends. Several
// relays of one database do no harm.
func (r *Relay) Run(ctx context.Context) {
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.Store.placed:
		case <-pause.C:
		}
		next, err := r.round(ctx)
		if err != nil && ctx.Err() == nil {
			r.Log.WarnContext(ctx, "the outbox waits", "error", err)
		}
		pause.Reset(next)
	}
}

// round tells one batch of what is due, and returns when to come back.
func (r *Relay) round(ctx context.Context) (next time.Duration, err error) {
	rows, err := r.due(ctx)
	if err != nil {
		return idle, err
	}
	var told []*row
	failed := 0
	for _, row := range rows {
		if ctx.Err() != nil || failed == patience {
			break
		}
		if err := r.Publish(ctx, &row.RecordOrderRequest); err != nil {
			// The row waits, longer each time, and the others do not wait for
			// it: it may be the only one that is refused.
			failed++
			r.Log.WarnContext(ctx, "an order is not told yet",
				"order", row.GetOrderId(), "tries", row.tries+1, "error", err)
			if perr := r.postpone(ctx, row); perr != nil {
				return firstPause, perr
			}
			continue
		}
		told = append(told, row)
	}
	if err := r.done(context.WithoutCancel(ctx), told); err != nil {
		return firstPause, err // they are told once more
	}
	if len(rows) == batch {
		return 0, nil
	}
	if len(told) < len(rows) {
		return firstPause, nil
	}
	return idle, nil
}

// due returns the oldest rows that may be told.
func (r *Relay) due(ctx context.Context) (rows []*row, err error) {
	ctx, cancel := context.WithTimeout(ctx, dbTime)
	defer cancel()
	err = r.Store.db.View(ctx, func(found *sql.Rows) error {
		o := new(row)
		rows = append(rows, o)
		return found.Scan(&o.seq, &o.tries, &o.OrderId, &o.UserId, &o.Quantity)
	}, `SELECT seq, tries, order_id, user_id, quantity FROM outbox
		WHERE due <= $1 ORDER BY seq LIMIT $2`, time.Now().UnixMicro(), batch)
	if err != nil {
		return nil, fmt.Errorf("reading the outbox: %w", err)
	}
	return rows, nil
}

// done deletes rows. It has a limit of its own instead of the relay's ctx: what
// was told should not be told again because the process ends.
func (r *Relay) done(ctx context.Context, rows []*row) error {
	if len(rows) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, dbTime)
	defer cancel()
	return r.Store.db.Update(ctx, func(tx *sql.Tx) error {
		for _, o := range rows {
			if _, err := tx.ExecContext(ctx, `DELETE FROM outbox WHERE seq = $1`, o.seq); err != nil {
				return fmt.Errorf("emptying the outbox: %w", err)
			}
		}
		return nil
	})
}

func (r *Relay) postpone(ctx context.Context, o *row) error {
	ctx, cancel := context.WithTimeout(ctx, dbTime)
	defer cancel()
	pause := min(firstPause<<min(o.tries, 10), maxPause)
	return r.Store.db.Update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx,
			`UPDATE outbox SET tries = tries + 1, due = $1 WHERE seq = $2`,
			time.Now().Add(pause).UnixMicro(), o.seq)
		return err
	})
}

// Waiting returns how many orders are not told yet.
func (s *Store) Waiting(ctx context.Context) (n int, err error) {
	err = s.db.View(ctx, func(r *sql.Rows) error { return r.Scan(&n) },
		`SELECT count(*) FROM outbox`)
	return n, err
}
