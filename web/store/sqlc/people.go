package sqlc

import (
	"context"

	"example.com/goguide/web/api"
	"example.com/goguide/web/store/sqlc/internal/db"
)

// Latest returns the serial of the user who was made last, or 0 without any.
func Latest(ctx context.Context, q *db.Queries) (int64, error) {
	return q.LatestSerial(ctx)
}

// Rename gives a user another name, or returns [api.ErrNotFound].
func Rename(ctx context.Context, q *db.Queries, id, name string) error {
	n, err := q.SetName(ctx, db.SetNameParams{Name: name, ID: id})
	if err == nil && n == 0 {
		return api.ErrNotFound
	}
	return err
}
