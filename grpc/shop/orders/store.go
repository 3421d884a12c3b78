package orders

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	shopv1 "example.com/goguide/grpc/proto/shop/v1"
	"example.com/goguide/grpc/shop/store"
)

var schema = store.Schema{SQLite: `
CREATE TABLE IF NOT EXISTS orders (
	id       TEXT PRIMARY KEY,
	user_id  TEXT NOT NULL,
	key      TEXT NOT NULL,
	item     TEXT NOT NULL,
	quantity INTEGER NOT NULL,
	placed   INTEGER NOT NULL, -- microseconds since 1970
	UNIQUE (user_id, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox (
	seq      INTEGER PRIMARY KEY AUTOINCREMENT, -- no number comes twice
	order_id TEXT NOT NULL,
	user_id  TEXT NOT NULL,
	quantity INTEGER NOT NULL,
	tries    INTEGER NOT NULL DEFAULT 0,
	due      INTEGER NOT NULL DEFAULT 0         -- microseconds since 1970
) STRICT;`, Postgres: `
CREATE TABLE IF NOT EXISTS orders (
	id       text PRIMARY KEY,
	user_id  text NOT NULL,
	key      text NOT NULL,
	item     text NOT NULL,
	quantity integer NOT NULL,
	placed   bigint NOT NULL,
	UNIQUE (user_id, key)
);
CREATE TABLE IF NOT EXISTS outbox (
	seq      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	order_id text NOT NULL,
	user_id  text NOT NULL,
	quantity integer NOT NULL,
	tries    integer NOT NULL DEFAULT 0,
	due      bigint NOT NULL DEFAULT 0
);`}

// A Store keeps orders, and the news of them that is not told yet.
type Store struct {
	db *store.DB
	// placed has a token if there may be news.
	placed chan struct{}
}

// Open opens the store at a place, as [store.Open] has it. Close closes it.
func Open(ctx context.Context, place string) (*Store, error) {
	db, err := store.Open(ctx, place, schema)
	if err != nil {
		return nil, err
	}
	return &Store{db, make(chan struct{}, 1)}, nil
}

// Close closes the database.
func (s *Store) Close() error { return s.db.Close() }

const columns = `SELECT id, user_id, item, quantity, placed FROM orders `

// Get returns an order, or ErrNotFound.
func (s *Store) Get(ctx context.Context, id string) (*shopv1.Order, error) {
	return s.one(ctx, columns+`WHERE id = $1`, id)
}

// ByKey returns the order that a user has under a key: ErrNotFound if there is
// none, and ErrReused if it is another one.
func (s *Store) ByKey(ctx context.Context, r *shopv1.PlaceOrderRequest) (*shopv1.Order, error) {
	o, err := s.one(ctx, columns+`WHERE user_id = $1 AND key = $2`, r.GetUserId(), r.GetKey())
	if err != nil {
		return nil, err
	}
	if o.GetItem() != r.GetItem() || o.GetQuantity() != r.GetQuantity() {
		return nil, ErrReused
	}
	return o, nil
}

func (s *Store) one(ctx context.Context, query string, args ...any) (*shopv1.Order, error) {
	var o *shopv1.Order
	err := s.db.View(ctx, func(r *sql.Rows) error {
		o = new(shopv1.Order)
		var placed int64
		err := r.Scan(&o.Id, &o.UserId, &o.Item, &o.Quantity, &placed)
		o.Placed = timestamppb.New(time.UnixMicro(placed))
		return err
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("reading an order: %w", err)
	}
	if o == nil {
		return nil, ErrNotFound
	}
	return o, nil
}

// Place keeps an order and the news of it, and returns the order that the key
// has then, or ErrReused. When it returns an order, that is on the disk.
func (s *Store) Place(ctx context.Context, r *shopv1.PlaceOrderRequest) (*shopv1.Order, error) {
	o := &shopv1.Order{
		Id: strings.ToLower(rand.Text()), UserId: r.GetUserId(),
		Item: r.GetItem(), Quantity: r.GetQuantity(),
		Placed: timestamppb.New(time.Now().Truncate(time.Microsecond)),
	}
	var made int64
	err := s.db.Update(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `INSERT INTO orders
			(id, user_id, key, item, quantity, placed) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (user_id, key) DO NOTHING`,
			o.GetId(), o.GetUserId(), r.GetKey(), o.GetItem(), o.GetQuantity(),
			o.GetPlaced().AsTime().UnixMicro())
		if err != nil {
			return err
		}
		if made, err = res.RowsAffected(); err != nil || made == 0 {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO outbox
			(order_id, user_id, quantity) VALUES ($1, $2, $3)`,
			o.GetId(), o.GetUserId(), o.GetQuantity())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("placing an order: %w", err)
	}
	if made == 0 { // another call with this key was faster
		return s.ByKey(ctx, r)
	}
	select {
	case s.placed <- struct{}{}:
	default: // there is a token already
	}
	return o, nil
}
