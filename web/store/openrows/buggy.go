package openrows

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// FindOpen returns the first name with the prefix. Compare [Find].
func FindOpen(
	ctx context.Context,
	db *sql.DB,
	prefix string,
) (string, error) {
	// BUG(leakprofile, synctest, deadlock, hang, sqlclosecheck): FindOpen
	// returns from the middle of its rows, which keep their connection: the
	// pool has one less for each name found.
	rows, err := db.QueryContext(ctx, `SELECT name FROM users ORDER BY serial`)
	if err != nil {
		return "", fmt.Errorf("select names: %w", err)
	}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return "", fmt.Errorf("scan name: %w", err)
		}
		if strings.HasPrefix(name, prefix) {
			return name, nil
		}
	}
	return "", rows.Err()
}

// NamesUnasked returns the names of all users. Compare [Names].
func NamesUnasked(ctx context.Context, db *sql.DB) ([]string, error) {
	// BUG(test, rowserrcheck): NamesUnasked takes an error in the middle of
	// the rows for their end, and half a list for the whole.
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
	return names, nil
}

// DeleteByQuery deletes a user. Compare [Delete].
func DeleteByQuery(ctx context.Context, db *sql.DB, name string) error {
	// BUG(leakprofile, synctest, deadlock, hang, rowserrcheck, sqlclosecheck):
	// DeleteByQuery drops the rows of a Query, and the connection with them;
	// and SQLite deletes only at Next.
	_, err := db.QueryContext(ctx, `DELETE FROM users WHERE name = ?`, name)
	if err != nil {
		return fmt.Errorf("delete user: %w", err)
	}
	return nil
}
