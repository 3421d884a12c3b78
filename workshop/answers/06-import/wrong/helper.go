// recover returns nil unless the deferred function itself calls it. Here a
// function does that is called by the deferred one.
//
// FAILS: index out of range
package importer

import (
	"fmt"
	"sync"
)

// Import parses all rows at the same time. The result has one element for each
// row: nil, or why the row was not imported.
func Import(rows []string, parse func(row string) error) (errs []error) {
	errs = make([]error, len(rows))
	var wg sync.WaitGroup
	for i, row := range rows {
		wg.Go(func() {
			defer func() { errs[i] = caught(i) }()
			errs[i] = parse(row)
		})
	}
	wg.Wait()
	return errs
}

func caught(i int) error {
	if v := recover(); v != nil {
		return fmt.Errorf("row %d: %v", i, v)
	}
	return nil
}
