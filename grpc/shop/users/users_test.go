package users

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connectinprocess"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect/parallel"
	shopv1 "example.com/goguide/grpc/proto/shop/v1"
	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
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

func TestStore_keepsUsers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, place string) {
		s, done := open(t, place)
		u, err := s.Create(t.Context(), "Zoë", 30)
		require.NoError(t, err)
		_, err = s.Create(t.Context(), "ZOË", 31)
		assert.ErrorIs(t, err, users.ErrTaken)
		done()

		s, done = open(t, place)
		defer done()
		again, err := s.Get(t.Context(), u.GetId())
		require.NoError(t, err)
		assert.Equal(t, u.String(), again.String())
		_, err = s.Get(t.Context(), "nobody")
		assert.ErrorIs(t, err, users.ErrNotFound)
	})
}

// However often and by however many an order is told, it is counted once.
func TestRecordOrder_countsOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, place string) {
		s, done := open(t, place)
		defer done()
		service := NewService(s)
		parallel.Do(8, func(i int) {
			_, err := service.RecordOrder(t.Context(), &shopv1.RecordOrderRequest{
				OrderId: fmt.Sprint("order ", i%2), UserId: "ann", Quantity: 3,
			})
			assert.NoError(t, err)
		})
		a, err := service.GetAccount(t.Context(), &shopv1.GetAccountRequest{UserId: "ann"})
		require.NoError(t, err)
		assert.Equal(t, []int32{2, 6}, []int32{a.GetOrders(), a.GetItems()})
	})
}

func list(t *testing.T, s Service, size int32) (names []string, err error) {
	t.Helper()
	rpc := connect.NewServer()
	userv1connect.RegisterUserServiceHandler(rpc, s)
	c := userv1connect.NewUserServiceClient(connect.NewClient(connectinprocess.New(rpc)))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stream, err := c.ListUsers(ctx, &userv1.ListUsersRequest{PageSize: size})
	require.NoError(t, err)
	defer func() { _ = stream.Close() }()
	for {
		u, err := stream.Receive()
		if errors.Is(err, io.EOF) {
			return names, nil
		}
		if err != nil {
			return names, err
		}
		names = append(names, u.GetName())
	}
}

func TestListUsers_hasEachUserOnceInOrder(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, place string) {
		s, done := open(t, place)
		defer done()
		var want []string
		for i := range 5 {
			name := fmt.Sprint("user ", 9-i)
			_, err := s.Create(t.Context(), name, 1)
			require.NoError(t, err)
			want = append(want, name)
		}
		for _, size := range []int32{0, 1, 2, 5, users.MaxPage} {
			got, err := list(t, NewService(s), size)
			require.NoError(t, err)
			assert.Equal(t, want, got, "by pages of %d", size)
		}
		for _, size := range []int32{-1, users.MaxPage + 1} {
			_, err := list(t, NewService(s), size)
			assert.Error(t, err)
		}
	})
}

func TestService_refusesWhatHasNoBounds(t *testing.T) {
	t.Parallel()
	s := NewService(nil) // which it does not come to
	long := strings.Repeat("x", MaxID+1)
	_, err := s.GetUser(t.Context(), &userv1.GetUserRequest{Id: long})
	assert.ErrorIs(t, err, users.ErrNotFound)
	_, err = s.GetUser(t.Context(), &userv1.GetUserRequest{Id: "a\x00"})
	assert.ErrorIs(t, err, users.ErrNotFound)
	_, err = s.CreateUser(t.Context(), &userv1.CreateUserRequest{Name: "a\x00"})
	assert.ErrorAs(t, err, new(users.Invalid))
	for _, r := range []*shopv1.RecordOrderRequest{
		{OrderId: "", UserId: "ann", Quantity: 1},
		{OrderId: "a\x00", UserId: "ann", Quantity: 1},
		{OrderId: "1", UserId: "a\x00", Quantity: 1},
		{OrderId: long, UserId: "ann", Quantity: 1},
		{OrderId: "1", UserId: "", Quantity: 1},
		{OrderId: "1", UserId: long, Quantity: 1},
		{OrderId: "1", UserId: "ann", Quantity: 0},
	} {
		_, err := s.RecordOrder(t.Context(), r)
		assert.ErrorAs(t, err, new(users.Invalid), r)
	}
	for _, id := range []string{"", "a\x00", long} {
		_, err := s.GetAccount(t.Context(), &shopv1.GetAccountRequest{UserId: id})
		assert.ErrorAs(t, err, new(users.Invalid))
	}
}

func TestStatusOf(t *testing.T) {
	t.Parallel()
	assert.Equal(t, users.StatusOf(users.ErrUnavailable).String(),
		StatusOf(fmt.Errorf("creating: %w", store.ErrBusy)).String())
	assert.Equal(t, users.StatusOf(users.ErrTaken).String(), StatusOf(users.ErrTaken).String())
}
