// Package points keeps the points and the address of customers.
//
// Between a read and the write that depends on it somebody else may write. A
// lock in the process keeps out those of this server; the other five do not
// know it. What all servers share is the store, so it has to decide: SaveIf
// writes only if the version is still the one that was read. (In SQL that is
// UPDATE ... WHERE id = ? AND version = ?, and a look at how many rows it
// changed. For points alone, SET points = points + ? is shorter.)
//
// A conflict means that what was read is old. So all of it is done again, from
// the read on, and with it every check: points that were there a moment ago may
// be spent. Retrying the write alone, with a newer version, would be the old bug
// by another name.
//
// What a machine may do again is work on what it reads. A person who filled in a
// form has decided by what he saw. So ChangeAddress compares with that, on each
// turn, and asks him if it has changed.
//
// With many writers on one row, wait between two turns, at random.
package points

import (
	"context"
	"errors"
	"fmt"
)

// A Customer is what is stored. Version grows with each save.
type Customer struct {
	ID      int
	Version int
	Points  int
	Address string
}

// A Store is used by all servers at once. Its calls may not look at their ctx.
type Store interface {
	Load(ctx context.Context, id int) (Customer, error)
	// Save overwrites what is there.
	Save(ctx context.Context, c Customer) error
	// SaveIf saves c if the Version that is there is still c's, and returns an
	// error with ErrConflict in its chain if it is not.
	SaveIf(ctx context.Context, c Customer) error
}

var (
	// ErrConflict says that somebody else has changed a customer since.
	ErrConflict = errors.New("changed in the meantime")
	// ErrPoints says that a customer has fewer points than are to be taken.
	ErrPoints = errors.New("not enough points")
)

// AddPoints gives n points to a customer, or takes them if n is negative: then
// it returns ErrPoints if there are not that many. When another changes the
// customer at the same time, AddPoints does its work on what is there then, as
// often as it takes, or until ctx ends: that error has ctx's and ErrConflict in
// its chain. Other errors of the store are returned at once, wrapped.
func AddPoints(ctx context.Context, s Store, id, n int) error {
	return update(ctx, s, id, func(c *Customer) error {
		if c.Points+n < 0 {
			return ErrPoints
		}
		c.Points += n
		return nil
	})
}

// ChangeAddress gives a customer another address, out of a form that has shown
// the address seen. It returns ErrConflict, and saves nothing, if the address is
// another one by now: then a person has to look. When something else has
// changed, nobody is asked, and that change stays. Its other errors are those of
// AddPoints.
func ChangeAddress(ctx context.Context, s Store, id int, seen, address string) error {
	return update(ctx, s, id, func(c *Customer) error {
		if c.Address != seen {
			return ErrConflict
		}
		c.Address = address
		return nil
	})
}

// update has change work on what is stored, until nobody comes in between.
func update(ctx context.Context, s Store, id int, change func(*Customer) error) error {
	for {
		c, err := s.Load(ctx, id)
		if err != nil {
			return fmt.Errorf("loading customer %d: %w", id, err)
		}
		if err := change(&c); err != nil {
			return err
		}
		err = s.SaveIf(ctx, c)
		if err == nil {
			return nil
		}
		err = fmt.Errorf("saving customer %d: %w", id, err)
		if !errors.Is(err, ErrConflict) {
			return err
		}
		if ctx.Err() != nil {
			return errors.Join(ctx.Err(), err)
		}
	}
}
