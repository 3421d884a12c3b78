// Package gateway is what clients of the shop talk to: HTTP with JSON, of the
// services users and orders. It belongs to part 12 of the guide.
//
//	POST /users               {"name": "Ann", "age": 30}
//	GET  /users               one JSON object a line
//	GET  /users/{id}
//	GET  /users/{id}/account  what the user has ordered
//	POST /orders              {"userId": "…", "item": "cup", "quantity": 2}
//	                          Idempotency-Key: a name for this order, of the client's
//	GET  /orders/{id}
//
// Errors are problem details (RFC 9457): a status, a text, and in "reason" and
// "fields" what a program may branch on.
//
// # What to write
//
// A request is turned into a call of a connect server that is in the same
// process ([Register]), and that server has the rows of the checklist, as those
// of the other services have: one chain, and not another one of net/http
// middleware that must be kept like it. The methods of that server forward to
// the services behind.
//
// An order needs an Idempotency-Key [KEY]. It is not made up here: only the
// client knows which of its requests are the same order. net/http's own client
// repeats a request with that header where a connection was closed under it.
//
// What another service says of a failure is passed on where it is meant for the
// client, by its code, and is INTERNAL otherwise. What a connection says, such
// as an address that nobody listens on, is for the log ([StatusOf]).
//
// A body is read up to 64 KiB and for ten seconds, and each write has five: a
// client that reads nothing holds a goroutine for no longer.
//
// [KEY]: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
package gateway

import (
	"context"
	"errors"
	"io"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connectproto"
	"google.golang.org/genproto/googleapis/rpc/status"

	shopv1 "example.com/goguide/grpc/proto/shop/v1"
	"example.com/goguide/grpc/proto/shop/v1/shopv1connect"
	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
	"example.com/goguide/grpc/users"
)

// Backends are the services behind.
type Backends struct {
	Users    userv1connect.UserServiceClient
	Accounts shopv1connect.AccountServiceClient
	Orders   shopv1connect.OrderServiceClient
}

// Register makes of rpc the server that [Handler] calls.
func Register(rpc *connect.Server, b Backends) {
	userv1connect.RegisterUserServiceHandler(rpc, usersOf{b: b})
	shopv1connect.RegisterAccountServiceHandler(rpc, accountsOf{b: b})
	shopv1connect.RegisterOrderServiceHandler(rpc, ordersOf{b: b})
}

type usersOf struct {
	userv1connect.UnimplementedUserServiceHandler

	b Backends
}

func (s usersOf) GetUser(ctx context.Context, r *userv1.GetUserRequest) (*userv1.User, error) {
	return passed(s.b.Users.GetUser(ctx, r))
}

func (s usersOf) CreateUser(ctx context.Context, r *userv1.CreateUserRequest) (*userv1.User, error) {
	return passed(s.b.Users.CreateUser(ctx, r))
}

func (s usersOf) ListUsers(
	ctx context.Context,
	r *userv1.ListUsersRequest,
	out userv1connect.UserServiceListUsersServerStream,
) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // or a stream that was left stays open
	in, err := s.b.Users.ListUsers(ctx, r)
	if err != nil {
		return failure{err}
	}
	defer func() { _ = in.Close() }()
	for {
		u, err := in.Receive()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return failure{err}
		}
		if err := out.Send(u); err != nil {
			return err
		}
	}
}

// accountsOf has no RecordOrder: that is for the orders service.
type accountsOf struct {
	shopv1connect.UnimplementedAccountServiceHandler

	b Backends
}

func (s accountsOf) GetAccount(ctx context.Context, r *shopv1.GetAccountRequest) (*shopv1.Account, error) {
	return passed(s.b.Accounts.GetAccount(ctx, r))
}

type ordersOf struct {
	shopv1connect.UnimplementedOrderServiceHandler

	b Backends
}

func (s ordersOf) PlaceOrder(ctx context.Context, r *shopv1.PlaceOrderRequest) (*shopv1.Order, error) {
	return passed(s.b.Orders.PlaceOrder(ctx, r))
}

func (s ordersOf) GetOrder(ctx context.Context, r *shopv1.GetOrderRequest) (*shopv1.Order, error) {
	return passed(s.b.Orders.GetOrder(ctx, r))
}

// A failure is a call of another service that failed. It has no Unwrap: what
// the other one said is not what this one says.
type failure struct{ cause error }

func (e failure) Error() string { return "behind: " + e.cause.Error() }

func passed[T any](answer T, err error) (T, error) {
	if err != nil {
		return answer, failure{err}
	}
	return answer, nil
}

// texts are what a client is told of the codes that are meant for it, if the
// service behind has not said it better. All others are INTERNAL.
var texts = map[connect.Code]string{
	connect.CodeInvalidArgument:    "bad request",
	connect.CodeNotFound:           "not found",
	connect.CodeAlreadyExists:      "there is one already",
	connect.CodeFailedPrecondition: "not in this state",
	connect.CodeResourceExhausted:  "too many calls",
	connect.CodeUnavailable:        "a service is not available",
	connect.CodeDeadlineExceeded:   "a service takes too long",
	connect.CodeCanceled:           "the call was cancelled",
}

// StatusOf says what a client is told of an error, which is not nil.
func StatusOf(err error) *status.Status {
	f, ok := errors.AsType[failure](err)
	if !ok {
		return users.StatusOf(err)
	}
	code := connect.CodeOf(f.cause)
	text, ok := texts[code]
	if !ok {
		return users.StatusOf(f)
	}
	s := &status.Status{Code: int32(code), Message: text} //nolint:gosec // up to 16
	e, ok := errors.AsType[*connect.Error](f.cause)
	if !ok {
		return s
	}
	if e.IsRemote() {
		s.Message = e.Message()
	}
	for _, d := range e.Details() {
		s.Details = append(s.Details, connectproto.ErrorDetailToAny(d))
	}
	return s
}
