package races

import (
	"fmt"
	"sync"
)

// CapturedErr checks an order, then stores and announces it at the same time.
// Compare [SaveAll].
func CapturedErr(check, store, announce func() error) error {
	err := check()
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		// BUG(race): CapturedErr's goroutine writes the err of its function,
		// which announces and writes its own error to it: = was meant as :=.
		err = store()
	})
	err = announce()
	wg.Wait()
	return err
}

// NamedResult refunds an order and keeps an audit beside it. Compare [Refund].
func NamedResult(refund func() error, audit func(status int)) (status int) {
	status = 202
	go func() {
		// BUG(race): NamedResult's goroutine reads the named result, and each
		// return writes it: return 200 is status = 200.
		audit(status)
	}()
	if refund() != nil {
		return 500
	}
	return 200
}

// LateAdd asks all shops for their price, at the pace of a limiter. Compare
// [Search].
func LateAdd(shops []func() int, pace func()) []int {
	prices := make([]int, len(shops))
	var wg sync.WaitGroup
	for i, shop := range shops {
		go func() {
			pace()
			// BUG(race, test): LateAdd adds in the goroutine: a Wait that comes
			// first returns, and the caller reads while shops still write.
			wg.Add(1)
			defer wg.Done()
			prices[i] = shop()
		}()
	}
	wg.Wait()
	return prices
}

// EarlyDone runs all jobs and returns their panics as errors. Compare
// [SaveAll].
func EarlyDone(jobs ...func()) []error {
	errs := make([]error, len(jobs))
	var wg sync.WaitGroup
	wg.Add(len(jobs))
	for i, job := range jobs {
		go func() {
			defer func() {
				if r := recover(); r != nil {
					errs[i] = fmt.Errorf("job %d: %v", i, r)
				}
			}()
			// BUG(race): EarlyDone defers Done last, so it runs first: Wait
			// may return before the deferred function above has written its error.
			defer wg.Done()
			job()
		}()
	}
	wg.Wait()
	return errs
}

// HiddenByLog loads a configuration in the background. Compare [Load].
func HiddenByLog(load func() string, log func(line string)) string {
	var config string
	go func() {
		config = load()
		log("loaded")
	}()
	log("started")
	// BUG(race): HiddenByLog reads what nothing but luck has written before. A
	// log with a lock can put the two in order, and the race detector is silent.
	return config
}
