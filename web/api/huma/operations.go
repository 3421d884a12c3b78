package huma

import (
	"context"

	"github.com/danielgtaylor/huma/v2"
)

// Name is an operation that tells a client nothing of what went wrong, and log
// all of it.
func Name(
	a huma.API,
	log func(error),
	name func(context.Context) (string, error),
) {
	huma.Get(a, "/name", func(ctx context.Context, _ *struct{}) (*NameOutput, error) {
		n, err := name(ctx)
		if err != nil {
			log(err)
			return nil, huma.Error500InternalServerError("")
		}
		return &NameOutput{n}, nil
	})
}

// UpToTheLimit is an operation for bodies of at most limit bytes.
func UpToTheLimit(a huma.API, limit int64) {
	huma.Register(a, huma.Operation{
		OperationID: "name", Method: "PUT", Path: "/name",
		MaxBodyBytes: limit + 1,
	}, setName)
}

type nameInput struct{ Body string }

func setName(context.Context, *nameInput) (*struct{}, error) { return nil, nil }
