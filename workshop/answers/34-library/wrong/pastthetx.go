// One statement of the transaction goes to the pool, which has no other
// connection: it waits for the end of its own transaction.
//
// FAILS: Bob borrowed a book, and waited 30s
package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// A Book is lent to a member, or to nobody, "".
type Book struct {
	ID     int
	Title  string
	Member string
}

var (
	// ErrUnknown says that there is no such book.
	ErrUnknown = errors.New("no such book")
	// ErrLent says that somebody has the book.
	ErrLent = errors.New("the book is lent")
	// ErrNoMember says that somebody is no member of the library.
	ErrNoMember = errors.New("not a member")
)

// Find returns the first book whose title begins with the prefix, without the
// member, or an error with ErrUnknown in its chain.
func Find(ctx context.Context, db *sql.DB, prefix string) (Book, error) {
	rows, err := db.QueryContext(ctx, selectBooks)
	if err != nil {
		return Book{}, fmt.Errorf("reading books: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var b Book
		if err := rows.Scan(&b.ID, &b.Title); err != nil {
			return Book{}, fmt.Errorf("reading a book: %w", err)
		}
		if strings.HasPrefix(b.Title, prefix) {
			return b, nil
		}
	}
	if err := rows.Err(); err != nil {
		return Book{}, fmt.Errorf("reading books: %w", err)
	}
	return Book{}, fmt.Errorf("%q: %w", prefix, ErrUnknown)
}

// All returns all books and who has them. If it cannot read all of them it
// returns an error.
func All(ctx context.Context, db *sql.DB) ([]Book, error) {
	all, err := books(ctx, db)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Member, err = memberWith(ctx, db, all[i].ID); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// books returns all books, without members. Its rows are closed on return.
func books(ctx context.Context, db *sql.DB) ([]Book, error) {
	rows, err := db.QueryContext(ctx, selectBooks)
	if err != nil {
		return nil, fmt.Errorf("reading books: %w", err)
	}
	defer rows.Close()
	var all []Book
	for rows.Next() {
		var b Book
		if err := rows.Scan(&b.ID, &b.Title); err != nil {
			return nil, fmt.Errorf("reading a book: %w", err)
		}
		all = append(all, b)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading books: %w", err)
	}
	return all, nil
}

// Lend lends a book to a member, all of it or nothing: allowed may refuse by an
// error, or panic, as the rules of the library are long; then, and when the book
// is lent already (ErrLent) or the member is none (ErrNoMember), nothing has
// changed. If Lend returns nil, the loan is in the database.
func Lend(ctx context.Context, db *sql.DB, book int, member string, allowed func() error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("lending: %w", err)
	}
	defer tx.Rollback()
	now, err := memberWith(ctx, tx, book)
	if err != nil {
		return err
	}
	if now != "" {
		return ErrLent
	}
	if err := allowed(); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, insertLoan, book, member); err != nil {
		return fmt.Errorf("lending book %d: %w", book, err)
	}
	counted, err := db.ExecContext(ctx, countLoan, member)
	if err != nil {
		return fmt.Errorf("counting the books of %s: %w", member, err)
	}
	if n, err := counted.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, ErrNoMember)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("lending book %d: %w", book, err)
	}
	return nil
}
