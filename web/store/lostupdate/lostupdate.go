// Package lostupdate changes a row that others change too, and shows how a
// change is lost between a SELECT and an UPDATE. It belongs to part 10 of the
// guide.
//
//	request 1                      request 2
//	SELECT cents → 100
//	                               SELECT cents → 100
//	UPDATE cents = 100 - 30
//	                               UPDATE cents = 100 - 20
//
// Both have succeeded, and 30 cents have come back. No memory is shared, so the
// race detector has nothing to say: the race is in the database. A transaction
// around the two does not help by itself: at READ COMMITTED, PostgreSQL's
// default, it ends the same way.
//
// # What to write
//
//   - What SQL can say in one statement, in one: SET cents = cents - ? WHERE
//     cents >= ? ([Withdraw]). The number of rows says whether it was done.
//   - What Go must decide, with the version that it has read, WHERE version =
//     ?, and once more if another was faster ([Change]). A person decides
//     across two requests by the same column: it is the ETag.
//   - What must not be tried again: SELECT … FOR UPDATE, or SERIALIZABLE, whose
//     error 40001 asks to try again too. SQLite has neither; its BEGIN
//     IMMEDIATE lets one writer in.
//
// # What finds it
//
// A test in which the second reads before the first writes. Without that order
// it passes nearly always, as in production.
package lostupdate

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// ErrFunds says that an account has less than is to be withdrawn.
var ErrFunds = errors.New("insufficient funds")

// Withdraw takes cents out of an account, or returns [ErrFunds].
func Withdraw(
	ctx context.Context,
	db *sql.DB,
	account string,
	cents int64,
) error {
	result, err := db.ExecContext(ctx, `
		UPDATE accounts SET cents = cents - ?1, version = version + 1
		WHERE name = ?2 AND cents >= ?1`, cents, account)
	if err != nil {
		return fmt.Errorf("withdraw: %w", err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return fmt.Errorf("withdraw: %w", err)
	}
	if n == 0 {
		return ErrFunds
	}
	return nil
}

// Change sets an account to what f makes of it. If somebody changes it in
// between, f is called again, with the new value.
func Change(
	ctx context.Context,
	db *sql.DB,
	account string,
	f func(cents int64) int64,
) error {
	for {
		cents, version, err := read(ctx, db, account)
		if err != nil {
			return err
		}
		result, err := db.ExecContext(ctx, `
			UPDATE accounts SET cents = ?, version = version + 1
			WHERE name = ? AND version = ?`, f(cents), account, version)
		if err != nil {
			return fmt.Errorf("update: %w", err)
		}
		n, err := result.RowsAffected()
		if err != nil {
			return fmt.Errorf("update: %w", err)
		}
		if n == 1 {
			return nil
		}
	}
}

func read(
	ctx context.Context,
	db *sql.DB,
	account string,
) (cents, version int64, err error) {
	err = db.QueryRowContext(ctx, `
		SELECT cents, version FROM accounts WHERE name = ?`, account).
		Scan(&cents, &version)
	if err != nil {
		return 0, 0, fmt.Errorf("select: %w", err)
	}
	return cents, version, nil
}
