package opentx

import (
	"context"
	"database/sql"
	"fmt"
)

// MoveOpen moves cents between two accounts. Compare [Move].
func MoveOpen(
	ctx context.Context,
	db *sql.DB,
	from, to string,
	cents int64,
) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if err := add(ctx, tx, to, cents); err != nil {
		return err
	}
	left, err := balance(ctx, tx, from)
	if err != nil {
		return err
	}
	if left < cents {
		// BUG(leakprofile, synctest, deadlock, hang): MoveOpen returns
		// without Rollback: the connection is lost to the pool, and the
		// database keeps the locks.
		return ErrFunds
	}
	if err := add(ctx, tx, from, -cents); err != nil {
		return err
	}
	return tx.Commit()
}

// TxByHand ends the transaction in each branch. Compare [Tx].
func TxByHand(
	ctx context.Context,
	db *sql.DB,
	f func(tx *sql.Tx) error,
) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	// BUG(leakprofile, synctest, deadlock, hang): TxByHand thinks of both
	// ends of f and not of a panic, which a server recovers: the
	// transaction stays open.
	if err := f(tx); err != nil {
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}

// MoveDeferred moves cents between two accounts. Compare [Move].
func MoveDeferred(
	ctx context.Context,
	db *sql.DB,
	from, to string,
	cents int64,
) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	// BUG(test, errcheck): MoveDeferred commits on every path, the failed
	// ones too, and drops the error of the commit: money comes from
	// nowhere.
	defer tx.Commit()
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
}

// MoveBeside moves cents between two accounts. Compare [Move].
func MoveBeside(
	ctx context.Context,
	db *sql.DB,
	from, to string,
	cents int64,
) error {
	return Tx(ctx, db, func(tx *sql.Tx) error {
		if err := add(ctx, tx, from, -cents); err != nil {
			return err
		}
		// BUG(leakprofile, synctest, deadlock, hang): MoveBeside asks
		// the pool in the middle of a transaction: what it asks for
		// another connection, and waits for its own.
		_, err := db.ExecContext(ctx,
			`UPDATE accounts SET cents = cents + ? WHERE name = ?`, cents, to)
		return err
	})
}
