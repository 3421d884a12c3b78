// Package opentx moves money in a transaction, and shows what a transaction
// costs that nobody ends. It belongs to part 10 of the guide.
//
// BeginTx takes a connection out of the pool until Commit or Rollback. A return
// before them, or a panic that net/http recovers, keeps the connection, and in
// the database all locks that the transaction has. The garbage collector ends
// nothing: the pool is short of one, and writers wait for a row whose owner is
// long gone. PostgreSQL shows them as "idle in transaction".
//
// # What to write
//
// One function for all transactions, with the Rollback in a defer that comes
// before any statement ([Tx]). After Commit it does nothing, so it needs no
// condition. Then Commit is the last line, and its error is the caller's: until
// it has returned nil, nothing has been done.
//
// A ctx that ends rolls back by itself; it is a net below, not the plan: the
// ctx of a background job may never end.
//
// # What finds it
//
// A pool of one and a second call: that waits for ever, which synctest, the
// goroutineleak profile and the runtime's deadlock report say too. No linter of
// those here sees an open transaction (sqlclosecheck looks at rows and
// statements). That half is committed only an assertion sees.
package opentx

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// ErrFunds says that an account has less than is to be moved.
var ErrFunds = errors.New("insufficient funds")

// Tx calls f in a transaction. It commits if f returns nil, and else, and after
// a panic and runtime.Goexit too, it rolls back.
func Tx(ctx context.Context, db *sql.DB, f func(tx *sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	// If it fails, the connection is broken and the database has rolled
	// back.
	defer func() { _ = tx.Rollback() }()
	if err := f(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// Move moves cents between two accounts, or returns [ErrFunds].
func Move(
	ctx context.Context,
	db *sql.DB,
	from, to string,
	cents int64,
) error {
	return Tx(ctx, db, func(tx *sql.Tx) error {
		if err := add(ctx, tx, to, cents); err != nil {
			return err
		}
		left, err := balance(ctx, tx, from)
		if err != nil {
			return err
		}
		if left < cents {
			return ErrFunds
		}
		return add(ctx, tx, from, -cents)
	})
}

func balance(ctx context.Context, tx *sql.Tx, account string) (int64, error) {
	var cents int64
	err := tx.QueryRowContext(ctx,
		`SELECT cents FROM accounts WHERE name = ?`, account).Scan(&cents)
	if err != nil {
		return 0, fmt.Errorf("balance of %s: %w", account, err)
	}
	return cents, nil
}

func add(
	ctx context.Context,
	tx *sql.Tx,
	account string,
	cents int64,
) error {
	_, err := tx.ExecContext(ctx,
		`UPDATE accounts SET cents = cents + ? WHERE name = ?`, cents, account)
	if err != nil {
		return fmt.Errorf("add to %s: %w", account, err)
	}
	return nil
}
