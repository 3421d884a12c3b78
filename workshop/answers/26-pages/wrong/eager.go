// All pages first, then the elements: the helper again, now for every type.
//
// FAILS: Nobody has asked for anything
package pages

import (
	"context"
	"iter"
)

func All[T any](
	ctx context.Context,
	fetch func(ctx context.Context, token string) (page []T, next string, err error),
) iter.Seq2[T, error] {
	var all []T
	var failed error
	for token := ""; ; {
		page, next, err := fetch(ctx, token)
		if err != nil {
			failed = err
			break
		}
		all = append(all, page...)
		if next == "" {
			break
		}
		token = next
	}
	return func(yield func(T, error) bool) {
		for _, v := range all {
			if !yield(v, nil) {
				return
			}
		}
		if failed != nil {
			var none T
			yield(none, failed)
		}
	}
}
