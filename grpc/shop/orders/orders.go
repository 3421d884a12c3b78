// Package orders is the orders service of the shop. What it has acknowledged is
// neither lost nor doubled, whoever is killed and when. It belongs to part 12 of
// the guide.
//
// Three things go wrong with an order that is placed over a network:
//
//   - The order is kept, and the answer is lost. The client asks again, and has
//     two.
//   - The order is kept, and the process dies before it has told the others.
//     They never hear of it.
//   - The others are told, and the order is not kept: the commit failed.
//
// # What to write
//
// The client names the order by a key, and the database holds the rule: a user
// has one order for each key (UNIQUE). The second call finds the order and
// returns it; with other contents it is refused, for that is a mistake of the
// client's ([ErrReused]). A look before the insert is no more than a short cut,
// as two calls may look at the same time.
//
// The order and the news of it, a row of the table outbox, are one transaction.
// A [Relay] reads the outbox, tells the users service, and then deletes the row.
// If it dies in between it tells once more, and the users service knows the
// order's id already: at least once, to a receiver that counts once.
//
//	PlaceOrder             orders.db             Relay          users.db
//	                       orders + outbox
//	the client is told
//	                                             RecordOrder
//	                                                            recorded + accounts
//	                       outbox: deleted
//
// The call to the users service, whether there is such a user, is made before
// the transaction: one within it would hold the database while the other side
// takes its time.
//
// # What finds it
//
// Tests that kill processes while clients place orders, and then read back each
// order that was acknowledged (cmd/shop). No detector sees an order too many.
package orders

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"unicode/utf8"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/types/known/anypb"

	shopv1 "example.com/goguide/grpc/proto/shop/v1"
	"example.com/goguide/grpc/shop/store"
	"example.com/goguide/grpc/users"
)

// Limits of an order.
const (
	MaxItem     = 100  // characters
	MaxQuantity = 1000 // pieces
	MaxID       = 64   // bytes, of any id
)

// Errors of a [Service], beside those of package users.
var (
	ErrNotFound = errors.New("no such order")
	ErrReused   = errors.New("the key has another order already")
)

// key is what a client may name an order: it is kept, and compared.
var key = regexp.MustCompile(`^[0-9A-Za-z._:/+=-]{1,64}$`)

// A Service has the methods of shop.v1.OrderService.
type Service struct {
	store *Store
	find  func(ctx context.Context, userID string) error
}

// NewService returns a service. Find reports whether there is a user: nil,
// [users.ErrNotFound], or why that is not known.
func NewService(s *Store, find func(ctx context.Context, userID string) error) *Service {
	return &Service{s, find}
}

// PlaceOrder implements the method of shop.proto.
func (s *Service) PlaceOrder(
	ctx context.Context,
	r *shopv1.PlaceOrderRequest,
) (*shopv1.Order, error) {
	if err := check(r); err != nil {
		return nil, err
	}
	// A short cut, which also answers while the users service is away.
	o, err := s.store.ByKey(ctx, r)
	if !errors.Is(err, ErrNotFound) {
		return o, err
	}
	err = s.find(ctx, r.GetUserId())
	if errors.Is(err, users.ErrNotFound) {
		return nil, users.Invalid{{Field: "user_id", Text: "no such user"}}
	}
	if err != nil {
		return nil, err
	}
	return s.store.Place(ctx, r)
}

// GetOrder implements the method of shop.proto.
func (s *Service) GetOrder(
	ctx context.Context,
	r *shopv1.GetOrderRequest,
) (*shopv1.Order, error) {
	if !isID(r.GetId()) {
		return nil, users.Invalid{{Field: "id", Text: "expected the id of an order"}}
	}
	return s.store.Get(ctx, r.GetId())
}

func isID(id string) bool { return id != "" && len(id) <= MaxID && store.IsText(id) }

// check returns all the flaws of a request at once, or nil.
func check(r *shopv1.PlaceOrderRequest) error {
	var v users.Invalid
	flaw := func(field, text string) { v = append(v, users.Flaw{Field: field, Text: text}) }
	if !key.MatchString(r.GetKey()) {
		flaw("key", "expected 1 to 64 letters, digits and . _ : / + = -")
	}
	if !isID(r.GetUserId()) {
		flaw("user_id", "expected the id of a user")
	}
	if utf8.RuneCountInString(r.GetItem()) > MaxItem || strings.TrimSpace(r.GetItem()) == "" || !store.IsText(r.GetItem()) {
		flaw("item", "expected 1 to 100 characters, not all of them spaces, none of them U+0000")
	}
	if r.GetQuantity() < 1 || r.GetQuantity() > MaxQuantity {
		flaw("quantity", "expected 1 to 1000")
	}
	if v == nil {
		return nil // not v: an error that holds a nil Invalid is not nil
	}
	return v
}

// Domain is the domain of this service's reasons (google.rpc.ErrorInfo).
const Domain = "orders.goguide.example.com"

// StatusOf says what a client is told of an error, which is not nil.
func StatusOf(err error) *status.Status {
	switch {
	case errors.Is(err, ErrNotFound):
		return because(code.Code_NOT_FOUND, ErrNotFound, "ORDER_NOT_FOUND")
	case errors.Is(err, ErrReused):
		return because(code.Code_FAILED_PRECONDITION, ErrReused, "KEY_REUSED")
	case errors.Is(err, store.ErrBusy):
		return users.StatusOf(users.ErrUnavailable)
	default:
		return users.StatusOf(err)
	}
}

func because(c code.Code, err error, reason string) *status.Status {
	s := &status.Status{Code: int32(c), Message: err.Error()}
	if d, derr := anypb.New(&errdetails.ErrorInfo{Reason: reason, Domain: Domain}); derr == nil {
		s.Details = append(s.Details, d)
	}
	return s
}
