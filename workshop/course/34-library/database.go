package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// The statements that the database knows.
const (
	selectBooks  = `SELECT id, title FROM books ORDER BY id`
	selectMember = `SELECT member FROM loans WHERE book = ?`
	insertLoan   = `INSERT INTO loans (book, member) VALUES (?, ?)`
	countLoan    = `UPDATE members SET books = books + 1 WHERE name = ?`
)

// A querier is a *sql.DB, *sql.Tx or *sql.Conn.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// memberWith returns who has a book, "" if nobody has. It gives back what it
// takes, for QueryRow does.
func memberWith(ctx context.Context, q querier, book int) (string, error) {
	var member string
	err := q.QueryRowContext(ctx, selectMember, book).Scan(&member)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("asking who has book %d: %w", book, err)
	}
	return member, nil
}
