// Package users is what the two servers of one gRPC service have in common: the
// service itself, its errors and where the users are kept. What connect-go and
// grpc-go do each in their own way (registering, interceptors, errors on the
// wire, limits, health) is in connectserver and grpcserver, and package contract
// holds both to one contract. It belongs to part 9 of the guide.
//
// # What to write
//
// A [Service] whose methods take a ctx and a message and return a message and an
// error knows neither library: both servers register it as it is. Its errors are
// Go errors, sentinels and an [Invalid], and no status codes.
//
// One table says what a client is told of an error ([StatusOf]), as a
// google.rpc.Status: a code for the client's program to branch on, a text for
// its log, and details. A server turns it into its library's own error at the
// one place that all calls pass, an interceptor:
//
//	INVALID_ARGUMENT     BadRequest: each field that is wrong   repair the client
//	NOT_FOUND            ErrorInfo: USER_NOT_FOUND              there is no such user
//	ALREADY_EXISTS       ErrorInfo: NAME_TAKEN                  ask the human
//	UNAVAILABLE          RetryInfo: when                        try again then
//	DEADLINE_EXCEEDED    the caller's time is up                 nobody waits
//	CANCELLED            the caller left                         nobody listens
//	INTERNAL             nothing: the log has it                 a bug here
//
// An error that the table does not know is INTERNAL without a word of it. Texts
// of errors name hosts, files and queries; they are written for the log.
package users

import (
	"context"
	"crypto/tls"
	"log/slog"
	"strings"
	"unicode/utf8"

	userv1 "example.com/goguide/grpc/proto/user/v1"
)

// MaxMessage is the size, in bytes, of the largest message that a server reads.
const MaxMessage = 64 << 10

// MaxName is the length of the longest name, in characters.
const MaxName = 100

// MaxAge is the greatest age, in years.
const MaxAge = 150

// A Store keeps users. Its methods may be called concurrently; each returns one
// of this package's errors, ctx's, or what else went wrong, which is INTERNAL.
type Store interface {
	Get(ctx context.Context, id string) (*userv1.User, error)
	// Create keeps a user under a new id, and returns it.
	Create(ctx context.Context, name string, age int32) (*userv1.User, error)
}

// Config is what a server is made of.
type Config struct {
	Store Store
	Log   *slog.Logger
	// TLS is nil for a server without it, which then speaks HTTP/2 in the clear
	// (h2c): for a network that is trusted, or behind a proxy that is.
	TLS *tls.Config
}

// A Service has the unary methods of user.v1.UserService. Both libraries take
// it as it is: a signature of theirs names no type of theirs.
type Service struct{ store Store }

// NewService returns a service.
func NewService(s Store) Service { return Service{s} }

// GetUser implements the method of user.proto.
func (s Service) GetUser(
	ctx context.Context,
	r *userv1.GetUserRequest,
) (*userv1.User, error) {
	if r.GetId() == "" {
		return nil, Invalid{{"id", "expected the id of a user"}}
	}
	return s.store.Get(ctx, r.GetId())
}

// CreateUser implements the method of user.proto.
func (s Service) CreateUser(
	ctx context.Context,
	r *userv1.CreateUserRequest,
) (*userv1.User, error) {
	if err := check(r); err != nil {
		return nil, err
	}
	return s.store.Create(ctx, r.GetName(), r.GetAge())
}

// check returns all the flaws of a request at once, or nil.
func check(r *userv1.CreateUserRequest) error {
	var v Invalid
	n := utf8.RuneCountInString(r.GetName())
	if n < 1 || n > MaxName || strings.TrimSpace(r.GetName()) == "" {
		const text = "expected 1 to 100 characters, not all of them spaces"
		v = append(v, Flaw{"name", text})
	}
	if r.GetAge() < 0 || r.GetAge() > MaxAge {
		v = append(v, Flaw{"age", "expected 0 to 150 years"})
	}
	if v == nil {
		return nil // not v: an error that holds a nil Invalid is not nil
	}
	return v
}
