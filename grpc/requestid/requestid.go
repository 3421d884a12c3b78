// Package requestid names each request, so that the log lines of all services
// that had to do with it can be found. It belongs to part 9.4 of the guide.
//
// # What to write
//
// The first server that sees a request takes the caller's x-request-id if it is
// fit for a log, and makes one otherwise. It puts the id into the ctx, into the
// answer's metadata, of an error too, and its clients put it into the metadata
// of every call that goes out with that ctx. The interceptors here do so for
// both libraries, and for streams as for single calls: grpc-go has an
// interceptor for each, and who forgets one has streams without an id
// ([UnaryOnly]).
//
// An id comes from outside, so it is checked: 1 to 64 letters, digits and some
// signs. HTTP/2 keeps line breaks out, but not blanks, quotes or kilobytes, and
// each goes into each line of each service behind ([Trusting]). An id that is
// not fit is replaced, not refused: nobody's call should fail for it. It is not
// a secret and no proof of anything: whoever knows an id can send it again.
//
// The key of a ctx has a type of its own, or any package that knows the string
// has the value too ([StringKey]).
//
// A trace has an id as well (package tracing). This one is for people: it is in
// the answer, so a caller can tell it to those who have the logs.
//
// # What finds it
//
// staticcheck reports the key that is a string. For the rest only a test of two
// servers, one behind the other, that looks at what the second has got.
package requestid

import (
	"context"
	"crypto/rand"
	"regexp"
)

// Header is the name of the metadata, in lower case as gRPC has it.
const Header = "x-request-id"

// MaxLen is the length of the longest id that is taken from a caller, in bytes.
const MaxLen = 64

var fit = regexp.MustCompile(`^[0-9A-Za-z._:/+=-]{1,64}$`)

// Accept returns the id that a caller gave to a request if it is fit for a log,
// and else a new one, of 26 letters and digits.
func Accept(given string) string {
	if fit.MatchString(given) {
		return given
	}
	return rand.Text()
}

type key struct{}

// With returns a ctx in which id names the request.
func With(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, key{}, id)
}

// Of returns the id of the request that ctx belongs to, or "" if there is none.
func Of(ctx context.Context) string {
	id, _ := ctx.Value(key{}).(string)
	return id
}
