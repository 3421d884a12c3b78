// The panic is in the row's goroutine. Recovering beside Wait, or anywhere else
// in Import, is the bug again.
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
			errs[i] = parse(row)
		})
	}
	func() {
		defer func() {
			if v := recover(); v != nil {
				errs[0] = fmt.Errorf("import: %v", v)
			}
		}()
		wg.Wait()
	}()
	return errs
}
