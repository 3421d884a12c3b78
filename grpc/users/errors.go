package users

import (
	"context"
	"errors"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
)

// Errors of a [Store].
var (
	ErrNotFound    = errors.New("no such user")
	ErrTaken       = errors.New("the name has a user already")
	ErrUnavailable = errors.New("the store does not answer")
)

// A Flaw is one rule that a request is against.
type Flaw struct {
	// Field is the name in the .proto, a path if it lies deeper.
	Field string
	Text  string
}

// Invalid is an error of the client: all the flaws of one request.
type Invalid []Flaw //nolint:errname // reads as the adjective that it is

func (v Invalid) Error() string {
	texts := make([]string, len(v))
	for i, f := range v {
		texts[i] = f.Field + ": " + f.Text
	}
	return strings.Join(texts, "; ")
}

// Domain is the domain of this service's reasons (google.rpc.ErrorInfo).
const Domain = "users.goguide.example.com"

// RetryAfter is how long a client should wait for a store that does not answer.
const RetryAfter = time.Second

// known says what a client is told of the errors that it may know of.
var known = []struct {
	err    error
	code   code.Code
	detail proto.Message
}{
	{
		ErrNotFound, code.Code_NOT_FOUND,
		&errdetails.ErrorInfo{Reason: "USER_NOT_FOUND", Domain: Domain},
	},
	{
		ErrTaken, code.Code_ALREADY_EXISTS,
		&errdetails.ErrorInfo{Reason: "NAME_TAKEN", Domain: Domain},
	},
	{
		ErrUnavailable, code.Code_UNAVAILABLE,
		&errdetails.RetryInfo{RetryDelay: durationpb.New(RetryAfter)},
	},
	{context.DeadlineExceeded, code.Code_DEADLINE_EXCEEDED, nil},
	{context.Canceled, code.Code_CANCELLED, nil},
}

// StatusOf says what a client is told of an error, which is not nil. The texts
// are the sentinels' own, without what callers have wrapped around them.
func StatusOf(err error) *status.Status {
	if v, ok := errors.AsType[Invalid](err); ok {
		bad := new(errdetails.BadRequest)
		for _, f := range v {
			bad.FieldViolations = append(bad.FieldViolations,
				&errdetails.BadRequest_FieldViolation{
					Field: f.Field, Description: f.Text,
				})
		}
		return newStatus(code.Code_INVALID_ARGUMENT, v.Error(), bad)
	}
	for _, k := range known {
		if errors.Is(err, k.err) {
			return newStatus(k.code, k.err.Error(), k.detail)
		}
	}
	return newStatus(code.Code_INTERNAL, "internal error", nil)
}

func newStatus(c code.Code, text string, detail proto.Message) *status.Status {
	s := &status.Status{Code: int32(c), Message: text}
	if detail == nil {
		return s
	}
	// It fails for messages that are not valid, such as text that is no UTF-8;
	// a client is then told all but the detail.
	if packed, err := anypb.New(detail); err == nil {
		s.Details = append(s.Details, packed)
	}
	return s
}

// Hidden reports whether a status keeps its error from the client, so that the
// log must have it.
func Hidden(s *status.Status) bool {
	return s.GetCode() == int32(code.Code_INTERNAL)
}
