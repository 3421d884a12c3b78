// One more look just before the save leaves less time for others, and some.
//
// FAILS: Another server gave 5 points at the same time. The customer has 130 points
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
		again, err := s.Load(ctx, id)
		if err == nil && again.Version != c.Version {
			err = ErrConflict
		}
		if err == nil {
			err = s.Save(ctx, c)
		}
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
