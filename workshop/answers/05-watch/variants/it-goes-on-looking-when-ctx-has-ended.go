package stock

import (
	"context"
	"time"
)

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
			<-ticker.C
		}
	}()
	return texts
}
