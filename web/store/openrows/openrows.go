// Package openrows reads rows, and shows how a pool loses its connections to
// those that were left open. It belongs to part 10 of the guide.
//
// QueryContext takes a connection out of the pool, and the rows it returns keep
// it: until Close, or until Next has said false. A return in between keeps the
// connection for good. Nothing fails as long as the pool may open another; once
// SetMaxOpenConns is reached, every caller waits for a connection that nobody
// will give back:
//
//	request 1                      pool of 1            request 2
//	rows, err := db.Query…         0 left
//	return "found"                                      db.Query…
//	                                                    waits for ever
//
// # What to write
//
// defer rows.Close() in the line below the error of Query: it may be called
// twice, so no path needs thought ([Find], [Names]). For one row QueryRow,
// which closes; for what returns no rows Exec.
//
// Next says false at the end and also when it has failed. Only rows.Err tells
// which, so a loop without it takes half a list for the whole.
//
// # What finds it
//
// The linters sqlclosecheck and rowserrcheck read it off the code. A test finds
// open rows by a pool of one: the next query waits for ever, which synctest,
// the goroutineleak profile and the runtime's deadlock report say too. With the
// default pool, which has no limit, nothing waits.
package openrows

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// Names returns the names of all users.
func Names(ctx context.Context, db *sql.DB) ([]string, error) {
	rows, err := db.QueryContext(ctx, `SELECT name FROM users ORDER BY serial`)
	if err != nil {
		return nil, fmt.Errorf("select names: %w", err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fmt.Errorf("scan name: %w", err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read names: %w", err)
	}
	return names, nil
}

// Find returns the first name with the prefix, or an empty one.
func Find(ctx context.Context, db *sql.DB, prefix string) (string, error) {
	rows, err := db.QueryContext(ctx, `SELECT name FROM users ORDER BY serial`)
	if err != nil {
		return "", fmt.Errorf("select names: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return "", fmt.Errorf("scan name: %w", err)
		}
		if strings.HasPrefix(name, prefix) {
			return name, nil
		}
	}
	if err := rows.Err(); err != nil {
		return "", fmt.Errorf("read names: %w", err)
	}
	return "", nil
}

// Delete deletes a user, and reports whether there was one.
func Delete(ctx context.Context, db *sql.DB, name string) (bool, error) {
	result, err := db.ExecContext(ctx, `DELETE FROM users WHERE name = ?`, name)
	if err != nil {
		return false, fmt.Errorf("delete user: %w", err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return false, fmt.Errorf("count deleted: %w", err)
	}
	return n > 0, nil
}
