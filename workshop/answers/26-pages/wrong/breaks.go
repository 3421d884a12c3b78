// break leaves the page, not the list: the next page is fetched for nobody.
//
// FAILS: range function continued iteration
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
				yield(none, err)
				return
			}
			for _, v := range page {
				if !yield(v, nil) {
					break
				}
			}
			if next == "" {
				return
			}
			token = next
		}
	}
}
