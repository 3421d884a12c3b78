// The loop ends as if the list did: half of it is shown, and nobody knows.
//
// FAILS: Who gets none believes
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
				return
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
