// Package users is what the two servers of one gRPC service have in common: the
// service itself, its errors and where the users are kept. What connect-go and
// grpc-go do each in their own way (registering, interceptors, errors on the
// wire, limits, health) is in connectserver and grpcserver, and package contract
// holds both to one contract. It belongs to part 9 of the guide.
//
// # What to write
//
// A [Service] whose methods take a ctx and a message and return a message and an
// error knows neither library: both servers register it as it is. A stream of
// answers is a function to it that sends one. Its errors are Go errors, sentinels
// and an [Invalid], and no status codes.
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

// MaxPage is the greatest page_size, and DefaultPage what 0 stands for.
const (
	MaxPage     = 1000
	DefaultPage = 100
)

// A Store keeps users. Its methods may be called concurrently; each returns one
// of this package's errors, ctx's, or what else went wrong, which is INTERNAL. A
// time limit of the store's own is [ErrUnavailable]: ctx's error would tell the
// caller that his time is up.
type Store interface {
	Get(ctx context.Context, id string) (*userv1.User, error)
	// Create keeps a user under a new id, and returns it.
	Create(ctx context.Context, name string, age int32) (*userv1.User, error)
	// Page returns up to size users in the order in which they were made, those
	// behind a place, and the place of the last of them. The first place is 0.
	Page(ctx context.Context, behind int64, size int) (page []*userv1.User, last int64, err error)
}

// Config is what a server is made of.
type Config struct {
	Store Store
	Log   *slog.Logger
	// TLS is nil for a server without it, which then speaks HTTP/2 in the clear
	// (h2c): for a network that is trusted, or behind a proxy that is.
	TLS *tls.Config
}

// A Service has the methods of user.v1.UserService. Both libraries take the
// unary ones as they are: their signatures name no type of a library.
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

// ListUsers implements the method of user.proto, whose stream is send. It reads
// page_size users at once, and the next when those are sent: a slow reader
// holds nothing of the store's, and no more than a page in memory.
func (s Service) ListUsers(
	ctx context.Context,
	r *userv1.ListUsersRequest,
	send func(*userv1.User) error,
) error {
	size := int(r.GetPageSize())
	if size < 0 || size > MaxPage {
		return Invalid{{"page_size", "expected 1 to 1000, or 0 for 100"}}
	}
	if size == 0 {
		size = DefaultPage
	}
	for place := int64(0); ; {
		page, last, err := s.store.Page(ctx, place, size)
		if err != nil {
			return err
		}
		for _, u := range page {
			if err := send(u); err != nil {
				return leftOr(ctx, err)
			}
		}
		if len(page) < size {
			return nil
		}
		place = last
	}
}

// leftOr returns the error of a ctx that has ended: the caller has left, which
// each library tells a sender in its own words. Else it returns err.
func leftOr(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
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
