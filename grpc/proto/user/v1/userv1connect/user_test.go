package userv1connect

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"

	userv1 "example.com/goguide/grpc/proto/user/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Both plugins call the same method by the same path, which is why either's
// client can call the other's server.
func TestProcedures_areThoseOfGRPC(t *testing.T) {
	t.Parallel()
	assert.Equal(t, userv1.UserService_GetUser_FullMethodName, UserServiceGetUserProcedure)
	assert.Equal(t, userv1.UserService_ListUsers_FullMethodName, UserServiceListUsersProcedure)
	assert.Equal(t, userv1.UserService_CreateUser_FullMethodName, UserServiceCreateUserProcedure)
}
