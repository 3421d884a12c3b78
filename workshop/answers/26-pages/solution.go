// Package pages reads lists that a server hands out in pages.
//
// All returns at once: the function that it returns is run by each range, with
// a token of its own, which is why each begins anew. A page is fetched between
// two yields, so nobody waits for a page that is not read. yield's false is an
// order, not a question: another call would panic.
//
// The error is an element of the sequence, since the loop is where it can be
// handled; the type says so, and who ranges over one variable only gets no
// error at all, which a linter may find but not the compiler.
package pages

import (
	"context"
	"iter"
)

// All returns all elements of a list that a server hands out in pages. fetch
// returns a page, and the token of the next one, "" after the last. The first
// has the token "".
//
//   - A page is fetched when its first element is asked for, and not before.
//   - Whoever leaves the loop has nothing fetched any more.
//   - After an error of fetch there is one more pair, the zero T and that
//     error, and then the end.
//   - Each range over the result begins anew, with the first page.
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
