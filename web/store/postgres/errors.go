package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"example.com/goguide/web/api"
	"example.com/goguide/web/store"
)

// failed returns nil of nil, and else what the error means for a caller.
func failed(ctx context.Context, what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, failure(ctx, err))
}

// passing are the classes of PostgreSQL's errors that may be over when somebody
// tries again (PostgreSQL 18, appendix A).
var passing = map[string]bool{
	"08": true, // connection
	"40": true, // deadlock, serialization: the transaction has been rolled back
	"53": true, // disk full, out of memory, too many connections
	"55": true, // lock not available
	"57": true, // shutdown, crash, canceled by somebody
	"58": true, // an error of the operating system
}

func failure(ctx context.Context, err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return api.ErrNotFound
	}
	if ctx.Err() != nil {
		return store.Ended(ctx, err)
	}
	if pe, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch {
		case pe.ConstraintName == "users_email_key":
			return fmt.Errorf("%w: %w", api.ErrTaken, err)
		case passing[pe.Code[:min(2, len(pe.Code))]]:
			return store.Unavailable(err)
		}
		return err
	}
	if _, ok := errors.AsType[pgx.ScanArgError](err); ok {
		return err
	}
	return store.Unavailable(err) // the server has not said it: it is not there
}
