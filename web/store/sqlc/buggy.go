package sqlc

import (
	"context"

	"example.com/goguide/web/store/sqlc/internal/db"
)

// Newest returns the serial of the user who was made last. Compare [Latest].
func Newest(ctx context.Context, q *db.Queries) (int64, error) {
	// BUG(test): Newest fails where there is nobody. max() is NULL there, and
	// the CAST, without which sqlc says interface{}, makes it say int64.
	return q.NewestSerial(ctx)
}

// RenameUnasked gives a user another name. Compare [Rename].
func RenameUnasked(ctx context.Context, q *db.Queries, id, name string) error {
	// BUG(test): RenameUnasked says that it has renamed somebody who is not
	// there: of a query that is :exec nobody can ask how many rows there were.
	return q.SetNameUnasked(ctx, db.SetNameUnaskedParams{Name: name, ID: id})
}
