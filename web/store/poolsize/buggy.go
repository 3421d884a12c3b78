package poolsize

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
)

// OpenUnlimited returns a pool of connections. Compare [Open].
func OpenUnlimited(c driver.Connector) *sql.DB {
	// BUG(test): OpenUnlimited's pool opens a connection for whoever finds
	// none: a busy minute asks the server for more than it has, and takes
	// all others'.
	return sql.OpenDB(c)
}

// OpenFewIdle returns a pool of at most n connections. Compare [Open].
func OpenFewIdle(c driver.Connector, n int) *sql.DB {
	db := sql.OpenDB(c)
	// BUG(test): OpenFewIdle keeps two connections at most, the default,
	// and closes the others as soon as they are given back: each burst
	// dials anew.
	db.SetMaxOpenConns(n)
	return db
}

// StockInLoop returns how many there are of each article in a warehouse.
// Compare [Stock].
func StockInLoop(
	ctx context.Context,
	db *sql.DB,
	warehouse string,
) (map[string]int, error) {
	rows, err := db.QueryContext(ctx,
		`SELECT article FROM shelves WHERE warehouse = ?`, warehouse)
	if err != nil {
		return nil, fmt.Errorf("select articles: %w", err)
	}
	defer rows.Close()
	units := make(map[string]int)
	for rows.Next() {
		var a string
		if err := rows.Scan(&a); err != nil {
			return nil, fmt.Errorf("scan article: %w", err)
		}
		// BUG(leakprofile, synctest, deadlock, hang): StockInLoop asks
		// for a second connection while it has one. With as many calls
		// as connections all have one and wait for another.
		if units[a], err = count(ctx, db, a); err != nil {
			return nil, err
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read articles: %w", err)
	}
	return units, nil
}

// OrderInTx takes one of an article if pay returns nil. Compare [Order].
func OrderInTx(
	ctx context.Context,
	db *sql.DB,
	article string,
	pay func(context.Context) error,
) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	if err := take(ctx, tx, article); err != nil {
		return err
	}
	// BUG(test): OrderInTx holds a connection, and the lock on the article,
	// while somebody else's server thinks: when that is slow, all wait
	// here.
	if err := pay(ctx); err != nil {
		return fmt.Errorf("pay: %w", err)
	}
	return tx.Commit()
}
