package huma

import (
	"context"

	"github.com/danielgtaylor/huma/v2"
)

// A NameOutput is the answer of the operations here.
type NameOutput struct{ Body string }

// PlainError is an operation whose store has failed. Compare [Name].
func PlainError(a huma.API, name func(context.Context) (string, error)) {
	huma.Get(a, "/name", func(ctx context.Context, _ *struct{}) (*NameOutput, error) {
		n, err := name(ctx)
		// BUG(test): PlainError returns an error that is for the log. huma makes
		// a 500 of it and tells the client its text, host and password included.
		return &NameOutput{n}, err
	})
}

// AtTheLimit is an operation for bodies of at most limit bytes. Compare
// [UpToTheLimit].
func AtTheLimit(a huma.API, limit int64) {
	huma.Register(a, huma.Operation{
		OperationID: "name", Method: "PUT", Path: "/name",
		// BUG(test): AtTheLimit refuses a body of just limit bytes, for huma
		// takes what fills the limit for what is over it.
		MaxBodyBytes: limit,
	}, setName)
}
