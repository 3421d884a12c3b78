package grouped

import (
	"errors"
	"sync"
)

// SharedErr sends a message to all addresses at once. Compare [Each].
func SharedErr(addresses []string, send func(string) error) error {
	var err error
	var wg sync.WaitGroup
	for _, address := range addresses {
		wg.Go(func() {
			// BUG(race): SharedErr's goroutines all write the one err: two
			// failures race, and a nil that comes last makes a success of all.
			err = send(address)
		})
	}
	wg.Wait()
	return err
}

// Appended sends to all addresses and collects what failed. Compare [Each].
func Appended(addresses []string, send func(string) error) error {
	var errs []error
	var wg sync.WaitGroup
	for _, address := range addresses {
		wg.Go(func() {
			if err := send(address); err != nil {
				// BUG(race): Appended's goroutines append without a lock: two
				// take the same place, and one error is gone.
				errs = append(errs, err)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// LastWins has a lock. Compare [Each].
func LastWins(addresses []string, send func(string) error) error {
	var mu sync.Mutex
	var failed error
	var wg sync.WaitGroup
	for _, address := range addresses {
		wg.Go(func() {
			if err := send(address); err != nil {
				mu.Lock()
				defer mu.Unlock()
				// BUG(test): LastWins keeps the error that comes last. Those
				// before it are overwritten, and nobody hears of them.
				failed = err
			}
		})
	}
	wg.Wait()
	return failed
}

// ByFinish keeps them all, and shows each as it comes. Compare [Each].
func ByFinish(
	addresses []string, send func(string) error, progress func(error),
) error {
	var mu sync.Mutex
	var errs []error
	var wg sync.WaitGroup
	for _, address := range addresses {
		wg.Go(func() {
			if err := send(address); err != nil {
				mu.Lock()
				defer mu.Unlock()
				// BUG(test): ByFinish has the errors in the order in which the
				// calls ended: the same failures make another text each time.
				errs = append(errs, err)
				progress(err)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// WithoutNames has one place for each address. Compare [Each].
func WithoutNames(addresses []string, send func(string) error) error {
	errs := make([]error, len(addresses))
	var wg sync.WaitGroup
	for i, address := range addresses {
		// BUG(test): WithoutNames joins what send returns: of "timeout" and
		// "timeout" nobody can say whose they are, or send to these again.
		wg.Go(func() { errs[i] = send(address) })
	}
	wg.Wait()
	return errors.Join(errs...)
}
