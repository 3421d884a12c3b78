// Package nplusone reads users with their orders in a fixed number of queries,
// and shows the loop that asks once for each. It belongs to part 10 of the
// guide.
//
// One query for the list, and one more for each of its rows: with 3 rows on a
// laptop nobody sees it, with 1,000 rows and 1 ms to the database a page takes
// a second. Mappers (ORMs) write it unseen: a field that loads itself when it
// is read.
//
// # What to write
//
// Either one query with a join ([Joined]), which repeats the columns of the
// user in each of its orders, or a second one for all users of the page
// ([Batched]), which does not, and also serves two lists of one user, where a
// join would give each of the one with each of the other.
//
// # What finds it
//
// Nothing that reads code, and no detector: each query is right. A test counts
// them, with more than one row in the database. In production a trace shows it,
// and pg_stat_statements by its calls.
package nplusone

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// A Querier is a database, or a transaction.
type Querier interface {
	QueryContext(
		ctx context.Context,
		query string,
		args ...any,
	) (*sql.Rows, error)
}

// A User has orders.
type User struct {
	ID     int64
	Name   string
	Orders []string
}

// Joined returns all users with their orders by one query.
func Joined(ctx context.Context, db Querier) ([]User, error) {
	// LEFT: a user without orders is a user.
	rows, err := db.QueryContext(ctx, `
		SELECT u.id, u.name, o.article
		FROM users u LEFT JOIN orders o ON o.user_id = u.id
		ORDER BY u.id, o.id`)
	if err != nil {
		return nil, fmt.Errorf("select: %w", err)
	}
	defer rows.Close()
	var users []User
	for rows.Next() {
		var u User
		var article sql.NullString
		if err := rows.Scan(&u.ID, &u.Name, &article); err != nil {
			return nil, fmt.Errorf("scan: %w", err)
		}
		if n := len(users); n == 0 || users[n-1].ID != u.ID {
			users = append(users, u)
		}
		if article.Valid {
			last := &users[len(users)-1]
			last.Orders = append(last.Orders, article.String)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	return users, nil
}

// Batched returns all users with their orders by two queries.
func Batched(ctx context.Context, db Querier) ([]User, error) {
	users, err := all(ctx, db)
	if err != nil || len(users) == 0 {
		return nil, err
	}
	byID := make(map[int64]*User, len(users))
	ids := make([]any, len(users))
	for i := range users {
		byID[users[i].ID] = &users[i]
		ids[i] = users[i].ID
	}
	// A place a value: database/sql has no lists. pgx has = ANY($1).
	places := "?" + strings.Repeat(", ?", len(ids)-1)
	rows, err := db.QueryContext(ctx, `
		SELECT user_id, article FROM orders
		WHERE user_id IN (`+places+`) ORDER BY id`, ids...)
	if err != nil {
		return nil, fmt.Errorf("select orders: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var article string
		if err := rows.Scan(&id, &article); err != nil {
			return nil, fmt.Errorf("scan order: %w", err)
		}
		byID[id].Orders = append(byID[id].Orders, article)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read orders: %w", err)
	}
	return users, nil
}

func all(ctx context.Context, db Querier) ([]User, error) {
	rows, err := db.QueryContext(ctx, `SELECT id, name FROM users ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("select users: %w", err)
	}
	defer rows.Close()
	var users []User
	for rows.Next() {
		var u User
		if err := rows.Scan(&u.ID, &u.Name); err != nil {
			return nil, fmt.Errorf("scan user: %w", err)
		}
		users = append(users, u)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read users: %w", err)
	}
	return users, nil
}
