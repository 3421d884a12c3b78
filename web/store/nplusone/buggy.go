package nplusone

import (
	"context"
	"fmt"
)

// OneByOne returns all users with their orders. Compare [Joined], [Batched].
func OneByOne(ctx context.Context, db Querier) ([]User, error) {
	users, err := all(ctx, db)
	if err != nil {
		return nil, err
	}
	for i := range users {
		// BUG(test): OneByOne asks once more for each user: of 1,000
		// users the page waits 1,001 times for the database.
		users[i].Orders, err = orders(ctx, db, users[i].ID)
		if err != nil {
			return nil, err
		}
	}
	return users, nil
}

func orders(ctx context.Context, db Querier, user int64) ([]string, error) {
	rows, err := db.QueryContext(ctx, `
		SELECT article FROM orders WHERE user_id = ? ORDER BY id`, user)
	if err != nil {
		return nil, fmt.Errorf("select orders: %w", err)
	}
	defer rows.Close()
	var articles []string
	for rows.Next() {
		var a string
		if err := rows.Scan(&a); err != nil {
			return nil, fmt.Errorf("scan order: %w", err)
		}
		articles = append(articles, a)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read orders: %w", err)
	}
	return articles, nil
}
