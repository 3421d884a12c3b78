// Package importer reads what suppliers send at night.
//
// A panic goes up the stack of the goroutine in which it happens, and runs what
// that goroutine has deferred. Import's stack is another one. So each row's
// goroutine needs a recover of its own, and is the right place for it: it knows
// the row. %w keeps the error that was thrown; all that the runtime throws is
// one, a runtime.Error.
//
// What this does not catch are fatal errors: concurrent map writes, a stack
// without end, all goroutines asleep. They end the process, and should. In
// production log debug.Stack() here as well: afterwards nobody knows where it
// happened.
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
				switch v := recover().(type) {
				case nil:
				case error:
					errs[i] = fmt.Errorf("row %d: parser panicked: %w", i, v)
				default:
					errs[i] = fmt.Errorf("row %d: parser panicked: %v", i, v)
				}
			}()
			errs[i] = parse(row)
		})
	}
	wg.Wait()
	return errs
}
