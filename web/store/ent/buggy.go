package ent

import (
	"context"
	"fmt"

	"example.com/goguide/web/store/ent/internal/ent"
	"example.com/goguide/web/store/ent/internal/ent/predicate"
	"example.com/goguide/web/store/ent/internal/ent/user"
)

// WithTx calls f in a transaction, as ent's documentation has it. Compare
// [InTx].
func WithTx(
	ctx context.Context,
	client *ent.Client,
	f func(*ent.Tx) error,
) error {
	tx, err := client.Tx(ctx)
	if err != nil {
		return err
	}
	defer func() {
		// BUG(test): WithTx leaves its transaction open when f ends the
		// goroutine, as a failed assertion does: recover returns nil there. The
		// connection is gone until ctx ends, and with SQLite so is the right to
		// write.
		if v := recover(); v != nil {
			_ = tx.Rollback()
			panic(v)
		}
	}()
	if err := f(tx); err != nil {
		if rerr := tx.Rollback(); rerr != nil {
			err = fmt.Errorf("%w: rolling back transaction: %w", err, rerr)
		}
		return err
	}
	return tx.Commit()
}

// FindFold returns the user of an address, in whatever case. Compare [Find].
func FindFold(
	ctx context.Context,
	client *ent.Client,
	email string,
) (*ent.User, error) {
	// BUG(test): FindFold compares what Go has made small with what SQLite has,
	// whose lower() is of ASCII alone: it does not find ZOË@example.com, even
	// as it is written.
	return client.User.Query().Where(user.EmailEqualFold(email)).Only(ctx)
}

// DeleteWhere deletes the users whom all conditions are true of. Compare
// [Delete].
func DeleteWhere(
	ctx context.Context,
	client *ent.Client,
	conditions ...predicate.User,
) (int, error) {
	// BUG(test): DeleteWhere deletes everybody if there is no condition: ent
	// asks for none.
	return client.User.Delete().Where(conditions...).Exec(ctx)
}

// DomainCounts counts the users of each domain. Compare [Domains].
func DomainCounts(
	ctx context.Context,
	users *ent.UserQuery,
	domains ...string,
) ([]int, error) {
	var counts []int
	for _, d := range domains {
		// BUG(test): DomainCounts adds a condition to the one query at each
		// turn, for Where changes it: nobody is at two domains.
		n, err := users.Where(user.EmailHasSuffix("@" + d)).Count(ctx)
		if err != nil {
			return nil, err
		}
		counts = append(counts, n)
	}
	return counts, nil
}
