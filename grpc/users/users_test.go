package users

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/genproto/googleapis/rpc/errdetails"

	userv1 "example.com/goguide/grpc/proto/user/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestStatusOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		code code.Code
		text string
	}{
		{ErrNotFound, code.Code_NOT_FOUND, "no such user"},
		{ErrTaken, code.Code_ALREADY_EXISTS, "the name has a user already"},
		{ErrUnavailable, code.Code_UNAVAILABLE, "the store does not answer"},
		{context.DeadlineExceeded, code.Code_DEADLINE_EXCEEDED, "context deadline exceeded"},
		{context.Canceled, code.Code_CANCELLED, "context canceled"},
		{Invalid{{"age", "expected less"}}, code.Code_INVALID_ARGUMENT, "age: expected less"},
		{io.ErrUnexpectedEOF, code.Code_INTERNAL, "internal error"},
	} {
		for _, err := range []error{c.err, fmt.Errorf("replica 10.0.0.7: %w", c.err), errors.Join(io.EOF, c.err)} {
			s := StatusOf(err)
			assert.Equal(t, c.code.String(), code.Code(s.GetCode()).String(), err)
			assert.Equal(t, c.text, s.GetMessage(), "without what is wrapped around it")
			assert.Equal(t, c.code == code.Code_INTERNAL, Hidden(s))
		}
	}
}

// A detail that cannot be encoded does not take the status with it.
func TestStatusOf_withoutADetailThatIsNoText(t *testing.T) {
	t.Parallel()
	s := StatusOf(Invalid{{"name", "\xff"}})
	assert.Equal(t, int32(code.Code_INVALID_ARGUMENT), s.GetCode())
	assert.Empty(t, s.GetDetails())
}

func TestService_tellsAllFlaws(t *testing.T) {
	t.Parallel()
	s := NewService(new(Memory))
	_, err := s.CreateUser(t.Context(), &userv1.CreateUserRequest{Name: " ", Age: MaxAge + 1})
	detail, uerr := StatusOf(err).GetDetails()[0].UnmarshalNew()
	require.NoError(t, uerr)
	bad, ok := detail.(*errdetails.BadRequest)
	require.True(t, ok)
	assert.Equal(t, "name", bad.GetFieldViolations()[0].GetField())
	assert.Equal(t, "age", bad.GetFieldViolations()[1].GetField())

	_, err = s.CreateUser(t.Context(), &userv1.CreateUserRequest{Name: "Ann", Age: MaxAge})
	require.NoError(t, err, "and none where there is none")
}

// Whoever changes what a store returned changes no user.
func TestMemory_returnsCopies(t *testing.T) {
	t.Parallel()
	var m Memory
	made, err := m.Create(t.Context(), "Ann", 30)
	require.NoError(t, err)
	id := made.GetId()
	made.Name = "Bob"
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			u, err := m.Get(t.Context(), id)
			assert.NoError(t, err)
			assert.Equal(t, "Ann", u.GetName())
			u.Name = "Cid"
		})
	}
	wg.Wait()
}
