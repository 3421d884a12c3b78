// %v writes the text of what was thrown and drops the error itself.
//
// FAILS: errors.Is does not find it
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
			defer func() {
				if v := recover(); v != nil {
					errs[i] = fmt.Errorf("row %d: parser panicked: %v", i, v)
				}
			}()
			errs[i] = parse(row)
		})
	}
	wg.Wait()
	return errs
}
