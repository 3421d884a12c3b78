package stock

import (
	"context"
	"time"
)

func Watch(ctx context.Context, every time.Duration, read func() (string, error)) <-chan string {
	texts := make(chan string, 1)
	go func() {
		defer close(texts)
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
			timer := time.NewTimer(every)
			select {
			case <-timer.C:
			case <-ctx.Done():
				timer.Stop()
				return
			}
		}
	}()
	return texts
}
