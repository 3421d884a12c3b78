// After the error it tries again, for as long as the server is down.
//
// FAILS: The error comes again and again
package pages

import (
	"context"
	"iter"
)

func All[T any](
	ctx context.Context,
	fetch func(ctx context.Context, token string) (page []T, next string, err error),
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for token := ""; ; {
			page, next, err := fetch(ctx, token)
			if err != nil {
				var none T
				if !yield(none, err) {
					return
				}
				continue
			}
			for _, v := range page {
				if !yield(v, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			token = next
		}
	}
}
