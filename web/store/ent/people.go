package ent

import (
	"context"

	"example.com/goguide/web/store"
	"example.com/goguide/web/store/ent/internal/ent"
	"example.com/goguide/web/store/ent/internal/ent/predicate"
	"example.com/goguide/web/store/ent/internal/ent/user"
)

// InTx calls f in a transaction, and ends it however f ends.
func InTx(
	ctx context.Context,
	client *ent.Client,
	f func(*ent.Tx) error,
) error {
	tx, err := client.Tx(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// Find returns the user of an address, in whatever case.
func Find(
	ctx context.Context,
	client *ent.Client,
	email string,
) (*ent.User, error) {
	return client.User.Query().
		Where(user.EmailKey(store.EmailKey(email))).
		Only(ctx)
}

// Delete deletes the users whom the first condition is true of, and all others.
// It returns how many there were.
func Delete(
	ctx context.Context,
	client *ent.Client,
	first predicate.User,
	others ...predicate.User,
) (int, error) {
	return client.User.Delete().Where(first).Where(others...).Exec(ctx)
}

// Domains counts the users of each domain.
func Domains(
	ctx context.Context,
	users *ent.UserQuery,
	domains ...string,
) ([]int, error) {
	var counts []int
	for _, d := range domains {
		n, err := users.Clone().Where(user.EmailHasSuffix("@" + d)).Count(ctx)
		if err != nil {
			return nil, err
		}
		counts = append(counts, n)
	}
	return counts, nil
}
