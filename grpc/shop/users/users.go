// Package users is the users service of the shop: user.v1 of package
// [example.com/goguide/grpc/users] on a database, and the accounts
// that the outbox of the orders service fills. It belongs to part 12 of the
// guide.
//
// # What to write
//
// Who is told of something at least once must be able to count it once. The
// transaction that counts an order also keeps its id, as a primary key
// ([Service.RecordOrder]): the second time the insert does nothing, and neither
// does the rest. Asking first whether the id is there, in a transaction of its
// own, counts twice where two calls ask at the same time; so does an id that is
// kept only in memory, after the next start.
//
// A list is read page by page, each by a query that starts behind the last user
// of the one before ([Store.Page]): a slow reader holds no connection of
// the database, and no transaction that keeps its log from being cut.
package users

import (
	"context"
	"errors"

	"google.golang.org/genproto/googleapis/rpc/status"

	shopv1 "example.com/goguide/grpc/proto/shop/v1"
	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
	"example.com/goguide/grpc/shop/store"
	"example.com/goguide/grpc/users"
)

// MaxID is the length of the longest id that is looked for, in bytes.
const MaxID = 64

// A Service has the methods of user.v1.UserService and shop.v1.AccountService.
type Service struct {
	users.Service

	store *Store
}

// NewService returns a service.
func NewService(s *Store) Service { return Service{users.NewService(s), s} }

// isID reports whether a text may be an id, or else is no work for the database.
func isID(id string) bool { return id != "" && len(id) <= MaxID && store.IsText(id) }

// CreateUser implements the method of user.proto.
func (s Service) CreateUser(
	ctx context.Context,
	r *userv1.CreateUserRequest,
) (*userv1.User, error) {
	if !store.IsText(r.GetName()) {
		return nil, users.Invalid{{Field: "name", Text: "expected no U+0000"}}
	}
	return s.Service.CreateUser(ctx, r)
}

// GetUser implements the method of user.proto.
func (s Service) GetUser(
	ctx context.Context,
	r *userv1.GetUserRequest,
) (*userv1.User, error) {
	if !isID(r.GetId()) {
		return nil, users.ErrNotFound
	}
	return s.Service.GetUser(ctx, r)
}

// ListUsers implements the method of user.proto.
func (s Service) ListUsers(
	ctx context.Context,
	r *userv1.ListUsersRequest,
	stream userv1connect.UserServiceListUsersServerStream,
) error {
	return s.Service.ListUsers(ctx, r, stream.Send)
}

// RecordOrder implements the method of shop.proto.
func (s Service) RecordOrder(
	ctx context.Context,
	r *shopv1.RecordOrderRequest,
) (*shopv1.RecordOrderResponse, error) {
	var v users.Invalid
	if !isID(r.GetOrderId()) {
		v = append(v, users.Flaw{Field: "order_id", Text: "expected the id of an order"})
	}
	if !isID(r.GetUserId()) {
		v = append(v, users.Flaw{Field: "user_id", Text: "expected the id of a user"})
	}
	if r.GetQuantity() < 1 {
		v = append(v, users.Flaw{Field: "quantity", Text: "expected 1 or more"})
	}
	if v != nil {
		return nil, v
	}
	if err := s.store.Record(ctx, r); err != nil {
		return nil, err
	}
	return new(shopv1.RecordOrderResponse), nil
}

// GetAccount implements the method of shop.proto.
func (s Service) GetAccount(
	ctx context.Context,
	r *shopv1.GetAccountRequest,
) (*shopv1.Account, error) {
	if !isID(r.GetUserId()) {
		return nil, users.Invalid{{Field: "user_id", Text: "expected the id of a user"}}
	}
	return s.store.Account(ctx, r.GetUserId())
}

// StatusOf says what a client is told of an error, which is not nil.
func StatusOf(err error) *status.Status {
	if errors.Is(err, store.ErrBusy) {
		err = users.ErrUnavailable
	}
	return users.StatusOf(err)
}
