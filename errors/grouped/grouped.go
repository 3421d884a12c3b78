// Package grouped keeps the errors of many goroutines: all of them, in the
// order of the input, each with the item it belongs to. It shows five ways to
// lose, mix or mislay them. It belongs to part 5 of the guide, and to 2.4.
//
// Several goroutines that assign to one variable race, and with a lock around
// it the last to come still wins:
//
//	a    failed = errA          // "a: quota exceeded"
//	b    failed = errB          // "b: timeout", and nobody hears of a
//
// # What to write
//
//   - A slice with a place for each item. Every goroutine writes its own place,
//     Wait makes all of them visible, and [errors.Join] drops the nils
//     ([Each]). That needs no lock, and gives the same text in every run.
//   - An error that says which item it belongs to, so that the caller can try
//     these again and no others ([Failed]).
//   - golang.org/x/sync/errgroup where the first error ends the work. It keeps
//     that one and drops the others: package goroutines/errgroup.
//
// # What finds it
//
// The race detector reports an unlocked variable and an unlocked slice
// ([SharedErr], [Appended]). With a lock it is silent, and what is left is
// wrong: errors are missing ([LastWins]), or stand in the order in which the
// goroutines ended ([ByFinish]). The second is found when a test that compares
// the text fails one day.
package grouped

import (
	"errors"
	"fmt"
	"sync"
)

// An ItemError is the error of one item.
type ItemError[T any] struct {
	Index int // in the slice given to [Each]
	Item  T
	Err   error
}

func (e *ItemError[T]) Error() string {
	return fmt.Sprintf("item %d (%v): %v", e.Index, e.Item, e.Err)
}

// Unwrap returns the error without the item.
func (e *ItemError[T]) Unwrap() error { return e.Err }

// Each calls do for all items at once, waits for every call, and returns nil if
// none failed. Otherwise the error is a join of one [*ItemError] for each that
// did, in the order of items. do must not panic: nobody could recover that.
//
// It costs one goroutine an item. Limit them where there may be thousands.
func Each[T any](items []T, do func(T) error) error {
	errs := make([]error, len(items))
	var wg sync.WaitGroup
	for i, item := range items {
		wg.Go(func() {
			if err := do(item); err != nil {
				errs[i] = &ItemError[T]{i, item, err}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// Failed returns the items that failed, in order, given the error of [Each]. It
// returns none if that is nil.
func Failed[T any](err error) []T {
	joined, ok := errors.AsType[interface {
		error
		Unwrap() []error
	}](err)
	if !ok {
		return nil
	}
	var items []T
	for _, err := range joined.Unwrap() {
		if e, ok := errors.AsType[*ItemError[T]](err); ok {
			items = append(items, e.Item)
		}
	}
	return items
}
