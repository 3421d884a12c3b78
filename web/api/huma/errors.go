package huma

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"example.com/goguide/web/api"
	"example.com/goguide/web/middleware"
)

// A Problem is an [api.Problem] with what huma wants to know of an error.
type Problem api.Problem //nolint:errname // the term of RFC 9457

func (p *Problem) Error() string { return (*api.Problem)(p).Error() }

// GetStatus implements [huma.StatusError].
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements [huma.ContentTypeFilter].
func (p *Problem) ContentType(string) string { return api.ProblemType }

// newError is what huma makes its own errors by. Of these it takes what is
// wrong and where, and not the value that was there.
func newError(status int, detail string, errs ...error) huma.StatusError {
	p := api.NewProblem(status, detail)
	for _, err := range errs {
		if v, ok := errors.AsType[api.Invalid](err); ok {
			p.Errors = append(p.Errors, v...)
		} else if d, ok := errors.AsType[*huma.ErrorDetail](err); ok {
			p.Errors = append(p.Errors, api.Flaw{Message: d.Message, Location: d.Location})
		}
	}
	switch {
	case status == http.StatusBadRequest:
		p.Detail, p.Errors = "the body is not JSON", nil
	case status >= http.StatusInternalServerError:
		p.Detail, p.Errors = "", nil
	}
	return (*Problem)(p)
}

// register is [huma.Register] for handlers that return errors of this API.
func register[I, O any](
	s *server,
	a huma.API,
	op huma.Operation,
	h func(context.Context, *I) (*O, error),
) {
	huma.Register(a, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, in)
		if err == nil {
			return out, nil
		}
		if _, ok := errors.AsType[huma.StatusError](err); ok {
			return nil, err
		}
		p := api.ProblemOf(err)
		if p.Status >= http.StatusInternalServerError {
			s.Log.ErrorContext(ctx, "request failed",
				"id", middleware.ID(ctx), "error", err)
		}
		if p.Status == http.StatusServiceUnavailable {
			return nil, huma.ErrorWithHeaders((*Problem)(p), http.Header{"Retry-After": {"1"}})
		}
		return nil, (*Problem)(p)
	})
}
