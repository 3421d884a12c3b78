package api

import (
	"context"
	"errors"
	"net/http"
)

// ProblemType is the content type of a [Problem].
const ProblemType = "application/problem+json"

// Errors of [Users].
var (
	ErrNotFound    = errors.New("no such user")
	ErrTaken       = errors.New("the e-mail address has a user already")
	ErrStale       = errors.New("the user has changed")
	ErrKeyReused   = errors.New("the Idempotency-Key belongs to another request")
	ErrUnavailable = errors.New("the store does not answer")
)

// A Problem tells a client what went wrong, as RFC 9457 has it. Type is left
// out, which stands for about:blank: the status says all that Type could.
type Problem struct { //nolint:errname // the term of RFC 9457
	Title  string  `json:"title"`
	Status int     `json:"status"`
	Detail string  `json:"detail,omitempty"`
	Errors Invalid `json:"errors,omitempty"`
}

// Error makes a Problem an error, for the frameworks whose handlers return one.
func (p *Problem) Error() string { return p.Title + ": " + p.Detail }

// NewProblem returns the problem of a status, with a detail that clients may
// read.
func NewProblem(status int, detail string) *Problem {
	return &Problem{Title: http.StatusText(status), Status: status, Detail: detail}
}

// ProblemOf says what a client is told of an error. An error that it does not
// know is a 500 without a word of it.
func ProblemOf(err error) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	if v, ok := errors.AsType[Invalid](err); ok {
		p := NewProblem(http.StatusUnprocessableEntity,
			"the request is against the rules")
		p.Errors = v
		return p
	}
	for _, known := range []struct {
		err    error
		status int
	}{
		{ErrNotFound, http.StatusNotFound},
		{ErrTaken, http.StatusConflict},
		{ErrStale, http.StatusPreconditionFailed},
		{ErrKeyReused, http.StatusUnprocessableEntity},
		{ErrUnavailable, http.StatusServiceUnavailable},
		{context.DeadlineExceeded, http.StatusServiceUnavailable},
		{context.Canceled, http.StatusServiceUnavailable}, // nobody reads it
	} {
		if errors.Is(err, known.err) {
			return NewProblem(known.status, known.err.Error())
		}
	}
	return NewProblem(http.StatusInternalServerError, "")
}
