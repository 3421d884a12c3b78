// Package told knows which code each library sends to the client for an error of
// a handler, which is what a log and a metric should have, and makes errors that
// are the same in both.
package told

import (
	"errors"

	"connectrpc.com/connect/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Connect returns what connect-go sends: OK for nil, and INTERNAL for the error of
// another server, which is none of this one's client's.
func Connect(err error) codes.Code {
	if err == nil {
		return codes.OK
	}
	e, ok := errors.AsType[*connect.Error](err)
	switch {
	case ok && e.IsRemote():
		return codes.Internal
	case ok:
		return codes.Code(e.Code())
	default:
		return status.FromContextError(err).Code()
	}
}

// GRPC returns what grpc-go sends: OK for nil, and the code of a status that err
// is or wraps.
func GRPC(err error) codes.Code {
	if s, ok := status.FromError(err); ok {
		return s.Code()
	}
	return status.FromContextError(err).Code()
}

// Error returns an error of a handler that has one code and text in both
// libraries.
func Error(c codes.Code, text string) error { return both{status.New(c, text)} }

type both struct{ status *status.Status }

func (b both) Error() string { return b.status.Message() }

// GRPCStatus is what grpc-go looks for.
func (b both) GRPCStatus() *status.Status { return b.status }

// Unwrap leads to what connect-go looks for.
func (b both) Unwrap() error {
	return connect.NewError(connect.Code(b.status.Code()), b.status.Message())
}
