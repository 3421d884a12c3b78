// Package poolsize opens a pool of connections and keeps within it, and shows
// four ways to have too many or none. It belongs to part 10 of the guide.
//
// A connection of PostgreSQL is a process in the server, and a server takes
// some hundred of them. So a pool has a limit, and then there is a new
// question: who has the connections that all wait for? Mostly somebody who
// needs a second one while holding the first:
//
//	request 1                      pool of 2            request 2
//	rows := db.Query…              1 left
//	                               0 left               rows := db.Query…
//	db.QueryRow…
//	waits for 2                                         db.QueryRow…
//	                                                    waits for 1
//
// It takes as many requests at once as there are connections, so it passes
// every test and hangs on the first busy day.
//
// # What to write
//
//   - A limit, and as many idle as open ([Open]). The defaults are none and 2.
//     The limits of all processes together are below the server's.
//   - One connection at a time: read the rows to their end, then ask again
//     ([Stock]); in a transaction use the transaction.
//   - No waiting for anything else while one is held: call the other service
//     before the transaction or after it ([Order]).
//   - A deadline for each request: then a pool that is short makes errors,
//     which somebody sees, and no queue without end.
//
// # What finds it
//
// A pool of one in the tests: who needs two waits for ever, which synctest, the
// goroutineleak profile and the runtime's deadlock report say. Not so if the
// pool has an idle time or a life time: that is a goroutine with a timer, for
// which something may always happen yet, and only the hang itself is left to
// see. The rest stands in db.Stats: OpenConnections, WaitCount and
// WaitDuration, MaxIdleClosed. Put them into the metrics.
package poolsize

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"time"
)

// Open returns a pool of at most n connections.
func Open(c driver.Connector, n int) *sql.DB {
	db := sql.OpenDB(c)
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)                  // or a burst dials again each time
	db.SetConnMaxIdleTime(5 * time.Minute) // and in a quiet hour most are closed
	return db
}

// Stock returns how many there are of each article in a warehouse.
func Stock(
	ctx context.Context,
	db *sql.DB,
	warehouse string,
) (map[string]int, error) {
	articles, err := articles(ctx, db, warehouse) // read to the end, and closed
	if err != nil {
		return nil, err
	}
	units := make(map[string]int, len(articles))
	for _, a := range articles {
		if units[a], err = count(ctx, db, a); err != nil {
			return nil, err
		}
	}
	return units, nil
}

func articles(
	ctx context.Context,
	db *sql.DB,
	warehouse string,
) ([]string, error) {
	rows, err := db.QueryContext(ctx,
		`SELECT article FROM shelves WHERE warehouse = ?`, warehouse)
	if err != nil {
		return nil, fmt.Errorf("select articles: %w", err)
	}
	defer rows.Close()
	var articles []string
	for rows.Next() {
		var a string
		if err := rows.Scan(&a); err != nil {
			return nil, fmt.Errorf("scan article: %w", err)
		}
		articles = append(articles, a)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read articles: %w", err)
	}
	return articles, nil
}

func count(ctx context.Context, db *sql.DB, article string) (int, error) {
	var n int
	err := db.QueryRowContext(ctx,
		`SELECT sum(units) FROM units WHERE article = ?`, article).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count %s: %w", article, err)
	}
	return n, nil
}

// Order takes one of an article when pay has returned nil. pay talks to
// somebody else, so nothing of the database is held meanwhile; if the article
// is gone then, the error says so and the caller pays back.
func Order(
	ctx context.Context,
	db *sql.DB,
	article string,
	pay func(context.Context) error,
) error {
	if err := pay(ctx); err != nil {
		return fmt.Errorf("pay: %w", err)
	}
	return take(ctx, db, article)
}

// An Execer is a database, or a transaction.
type Execer interface {
	ExecContext(
		ctx context.Context,
		query string,
		args ...any,
	) (sql.Result, error)
}

func take(ctx context.Context, db Execer, article string) error {
	result, err := db.ExecContext(ctx, `
		UPDATE units SET units = units - 1
		WHERE article = ? AND units > 0`, article)
	if err != nil {
		return fmt.Errorf("take %s: %w", article, err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return fmt.Errorf("take %s: %w", article, err)
	}
	if n == 0 {
		return fmt.Errorf("take %s: none left", article)
	}
	return nil
}
