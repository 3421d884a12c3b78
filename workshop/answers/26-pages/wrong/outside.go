// The token lives outside of the function that is ranged over: the second range
// begins where the first has ended.
//
// FAILS: Two ranges over the same list
package pages

import (
	"context"
	"iter"
)

func All[T any](
	ctx context.Context,
	fetch func(ctx context.Context, token string) (page []T, next string, err error),
) iter.Seq2[T, error] {
	token := ""
	return func(yield func(T, error) bool) {
		for {
			page, next, err := fetch(ctx, token)
			if err != nil {
				var none T
				yield(none, err)
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
