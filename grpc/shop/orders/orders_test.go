package orders

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/protobuf/proto"

	"example.com/goguide/detect/parallel"
	shopv1 "example.com/goguide/grpc/proto/shop/v1"
	"example.com/goguide/grpc/shop/store"
	"example.com/goguide/grpc/shop/store/storetest"
	"example.com/goguide/grpc/users"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(storetest.Main(m)) }

func open(t *testing.T, place string) (s *Store, done func()) {
	t.Helper()
	s, err := Open(t.Context(), place)
	require.NoError(t, err)
	return s, func() { require.NoError(t, s.Close()) }
}

// found is a users service that has everybody.
func found(context.Context, string) error { return nil }

func request(key string) *shopv1.PlaceOrderRequest {
	return &shopv1.PlaceOrderRequest{Key: key, UserId: "ann", Item: "cup", Quantity: 2}
}

func waiting(t *testing.T, s *Store) int {
	t.Helper()
	n, err := s.Waiting(t.Context())
	require.NoError(t, err)
	return n
}

func TestPlaceOrder_isOneForEachKey(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, place string) {
		s, done := open(t, place)
		service := NewService(s, found)
		var mu sync.Mutex
		ids := make(map[string]bool)
		parallel.Do(8, func(int) {
			o, err := service.PlaceOrder(t.Context(), request("1"))
			assert.NoError(t, err)
			mu.Lock()
			defer mu.Unlock()
			ids[o.GetId()] = true
		})
		assert.Len(t, ids, 1)
		assert.Equal(t, 1, waiting(t, s), "and one row of news")
		first, err := service.PlaceOrder(t.Context(), request("1"))
		require.NoError(t, err)
		done()

		// Another process, which cannot ask whether there is such a user.
		s, done = open(t, place)
		defer done()
		service = NewService(s, func(context.Context, string) error { return users.ErrUnavailable })
		again, err := service.PlaceOrder(t.Context(), request("1"))
		require.NoError(t, err)
		assert.True(t, proto.Equal(first, again), "%v\n%v", first, again)
		got, err := service.GetOrder(t.Context(), &shopv1.GetOrderRequest{Id: first.GetId()})
		require.NoError(t, err)
		assert.True(t, proto.Equal(first, got))

		other := request("1")
		other.Quantity++
		_, err = service.PlaceOrder(t.Context(), other)
		assert.ErrorIs(t, err, ErrReused)
		_, err = service.PlaceOrder(t.Context(), request("2"))
		assert.ErrorIs(t, err, users.ErrUnavailable)
	})
}

// Where two calls both look before either inserts, the database decides.
func TestPlaceOrder_decidesInTheDatabase(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, place string) {
		s, done := open(t, place)
		defer done()
		var both sync.WaitGroup
		both.Add(2)
		service := NewService(s, func(context.Context, string) error {
			both.Done() // it has looked
			both.Wait()
			return nil
		})
		orders := make([]*shopv1.Order, 2)
		parallel.Do(2, func(i int) {
			var err error
			orders[i], err = service.PlaceOrder(t.Context(), request("1"))
			assert.NoError(t, err)
		})
		assert.Equal(t, orders[0].GetId(), orders[1].GetId())
		assert.Equal(t, 1, waiting(t, s))
	})
}

func TestPlaceOrder_tellsAllFlaws(t *testing.T) {
	t.Parallel()
	s := NewService(nil, nil) // which it does not come to
	_, err := s.PlaceOrder(t.Context(), &shopv1.PlaceOrderRequest{
		Key: "a b", UserId: strings.Repeat("x", MaxID+1), Item: strings.Repeat("ö", MaxItem+1),
		Quantity: MaxQuantity + 1,
	})
	v, ok := errors.AsType[users.Invalid](err)
	require.True(t, ok)
	var fields []string
	for _, f := range v {
		fields = append(fields, f.Field)
	}
	assert.Equal(t, []string{"key", "user_id", "item", "quantity"}, fields)
	assert.NoError(t, check(&shopv1.PlaceOrderRequest{
		Key: strings.Repeat("k", 64), UserId: strings.Repeat("x", MaxID),
		Item: strings.Repeat("ö", MaxItem), Quantity: MaxQuantity,
	}))
	_, err = s.PlaceOrder(t.Context(), &shopv1.PlaceOrderRequest{Key: "1", UserId: "a\x00", Item: "c\x00p", Quantity: 1})
	v, ok = errors.AsType[users.Invalid](err)
	require.True(t, ok)
	assert.Len(t, v, 2, "PostgreSQL would not keep it")
	for _, id := range []string{"", "a\x00", strings.Repeat("x", MaxID+1)} {
		_, err = s.GetOrder(t.Context(), &shopv1.GetOrderRequest{Id: id})
		assert.ErrorAs(t, err, new(users.Invalid))
	}
}

func TestPlaceOrder_needsAUser(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, place string) {
		s, done := open(t, place)
		defer done()
		service := NewService(s, func(context.Context, string) error { return users.ErrNotFound })
		_, err := service.PlaceOrder(t.Context(), request("1"))
		assert.Equal(t, users.Invalid{{Field: "user_id", Text: "no such user"}}, err)
		assert.Zero(t, waiting(t, s))
	})
}

func TestStatusOf(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]code.Code{
		ErrNotFound:              code.Code_NOT_FOUND,
		ErrReused:                code.Code_FAILED_PRECONDITION,
		store.ErrBusy:            code.Code_UNAVAILABLE,
		context.DeadlineExceeded: code.Code_DEADLINE_EXCEEDED,
		errors.New("disk full"):  code.Code_INTERNAL,
	} {
		s := StatusOf(fmt.Errorf("placing an order: %w", err))
		assert.Equal(t, want.String(), code.Code(s.GetCode()).String())
		assert.NotContains(t, s.GetMessage(), "placing")
	}
}

// told is a receiver of news that fails as often as it is told to.
type told struct {
	mu    sync.Mutex
	fails map[string]int
	heard map[string]int
	all   chan string
}

func (r *told) publish(_ context.Context, o *shopv1.RecordOrderRequest) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heard[o.GetOrderId()]++
	if r.fails[o.GetOrderId()] > 0 {
		r.fails[o.GetOrderId()]--
		return users.ErrUnavailable
	}
	r.all <- o.GetOrderId()
	return nil
}

func relay(t *testing.T, s *Store, r *told) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var ran sync.WaitGroup
	ran.Go(func() {
		(&Relay{Store: s, Publish: r.publish, Log: slog.New(slog.DiscardHandler)}).Run(ctx)
	})
	return func() {
		cancel()
		ran.Wait()
	}
}

// An order that is refused for a while keeps none of the others, and is told in
// the end.
func TestRelay_tellsAll(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, place string) {
		s, done := open(t, place)
		defer done()
		r := &told{fails: map[string]int{}, heard: map[string]int{}, all: make(chan string, 100)}
		want := make(map[string]bool)
		for i := range batch + 10 {
			o, err := s.Place(t.Context(), request(fmt.Sprint(i)))
			require.NoError(t, err)
			want[o.GetId()] = true
			if i == 0 {
				r.fails[o.GetId()] = 2
			}
		}
		stop := relay(t, s, r)
		for range want {
			id := <-r.all
			assert.True(t, want[id], id)
		}
		o, err := s.Place(t.Context(), request("later"))
		require.NoError(t, err)
		assert.Equal(t, o.GetId(), <-r.all, "and what comes while it runs")
		stop()
		assert.Zero(t, waiting(t, s))
		repeated := 0
		for _, n := range r.heard {
			repeated += n - 1
		}
		assert.Equal(t, 2, repeated)
	})
}

// A relay that dies between telling and deleting tells once more.
func TestRelay_tellsAgainAfterACrash(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, place string) {
		s, done := open(t, place)
		o, err := s.Place(t.Context(), request("1"))
		require.NoError(t, err)
		r := &told{heard: map[string]int{}, all: make(chan string, 2)}
		rows, err := (&Relay{Store: s}).due(t.Context())
		require.NoError(t, err)
		require.NoError(t, r.publish(t.Context(), &rows[0].RecordOrderRequest))
		done() // here it dies

		s, done = open(t, place)
		defer done()
		stop := relay(t, s, r)
		assert.Equal(t, o.GetId(), <-r.all)
		assert.Equal(t, o.GetId(), <-r.all)
		stop()
		assert.Zero(t, waiting(t, s))
	})
}

// A receiver that is away is asked a few times a round, not for each row.
func TestRelay_sparesWhoIsAway(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, place string) {
		s, done := open(t, place)
		defer done()
		for i := range batch {
			_, err := s.Place(t.Context(), request(fmt.Sprint(i)))
			require.NoError(t, err)
		}
		asked := 0
		r := &Relay{
			Store: s, Log: slog.New(slog.DiscardHandler),
			Publish: func(context.Context, *shopv1.RecordOrderRequest) error {
				asked++
				return users.ErrUnavailable
			},
		}
		next, err := r.round(t.Context())
		require.NoError(t, err)
		assert.Equal(t, patience, asked)
		assert.LessOrEqual(t, next, time.Second)
		assert.Equal(t, batch, waiting(t, s))
	})
}
