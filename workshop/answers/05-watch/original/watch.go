// Package stock tells browsers what is in stock.
//
// # What people see
//
// Each page that shows the stock has a Watch, and people close pages. By the
// evening there are 40,000 goroutines, and the service is restarted. That has
// been mended three times: once the goroutine waited for a page that was
// closed, once it went on looking, once it was the page that waited. Each mend
// brought another one back, for there is no test.
//
// # Your task
//
// Write the test, in watch_test.go. Your test is run on this code and on other
// code that is right, and must pass; and on code that leaves a goroutine
// behind, in one way each, and must fail. A test that fails when goroutines
// take a little longer to end is no use.
package stock

import (
	"context"
	"time"
)

// Watch looks at the stock at once, and then once in every so often, by calling
// read. It sends what read returns, if that is not what it has sent before.
//
// When ctx ends, or read fails, its goroutine ends as well, at that moment,
// whether somebody receives or not, and the channel is closed.
func Watch(ctx context.Context, every time.Duration, read func() (string, error)) <-chan string {
	texts := make(chan string)
	go func() {
		defer close(texts)
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for last := ""; ; {
			text, err := read()
			if err != nil {
				return
			}
			if text != last {
				select {
				case texts <- text:
					last = text
				case <-ctx.Done():
					return
				}
			}
			select {
			case <-ticker.C:
			case <-ctx.Done():
				return
			}
		}
	}()
	return texts
}
