package lostupdate

import (
	"context"
	"database/sql"
	"fmt"
)

// ReadThenWrite sets an account to what f makes of it. Compare [Change].
func ReadThenWrite(
	ctx context.Context,
	db *sql.DB,
	account string,
	f func(cents int64) int64,
) error {
	cents, _, err := read(ctx, db, account)
	if err != nil {
		return err
	}
	// BUG(test): ReadThenWrite writes what it made of an old value: what
	// others have changed since it was read is undone, and nobody is told.
	_, err = db.ExecContext(ctx, `
		UPDATE accounts SET cents = ?, version = version + 1
		WHERE name = ?`, f(cents), account)
	if err != nil {
		return fmt.Errorf("update: %w", err)
	}
	return nil
}

// CheckThenWithdraw takes cents out of an account, or returns [ErrFunds].
// Compare [Withdraw].
func CheckThenWithdraw(
	ctx context.Context,
	db *sql.DB,
	account string,
	cents int64,
	allowed func() bool,
) error {
	has, _, err := read(ctx, db, account)
	if err != nil {
		return err
	}
	if has < cents || !allowed() {
		return ErrFunds
	}
	// BUG(test): CheckThenWithdraw's subtraction is safe and its check is
	// not: two that have both found enough take more than there is.
	_, err = db.ExecContext(ctx, `
		UPDATE accounts SET cents = cents - ? WHERE name = ?`, cents, account)
	if err != nil {
		return fmt.Errorf("update: %w", err)
	}
	return nil
}
