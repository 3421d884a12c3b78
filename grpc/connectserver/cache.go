package connectserver

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connecthttp"
	"google.golang.org/protobuf/proto"

	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
	"example.com/goguide/grpc/users"
)

// A service is the shared one, and what only HTTP can do: GET.
type service struct {
	userv1connect.UnimplementedUserServiceHandler // for methods to come
	users.Service
}

// GetUser implements userv1connect.UserServiceHandler. Asked by GET it says how
// long a cache may keep the user, and 304 to whoever has it already.
func (s service) GetUser(
	ctx context.Context,
	r *userv1.GetUserRequest,
) (*userv1.User, error) {
	u, err := s.Service.GetUser(ctx, r)
	if err != nil {
		return nil, err
	}
	asked, ok := connecthttp.ServerInfoForContext(ctx)
	if !ok || asked.HTTPMethod() != http.MethodGet {
		return u, nil
	}
	tag, err := etag(u)
	if err != nil {
		return nil, err
	}
	info, _ := connect.CallInfoForServerContext(ctx)
	info.ResponseHeader().Set("Cache-Control", "private, max-age=5")
	info.ResponseHeader().Set("ETag", tag)
	if info.RequestHeader().Get("If-None-Match") == tag {
		return nil, connecthttp.NewNotModifiedError()
	}
	return u, nil
}

// ListUsers implements userv1connect.UserServiceHandler.
func (s service) ListUsers(
	ctx context.Context,
	r *userv1.ListUsersRequest,
	stream userv1connect.UserServiceListUsersServerStream,
) error {
	return s.Service.ListUsers(ctx, r, stream.Send)
}

// CreateUser implements userv1connect.UserServiceHandler.
func (s service) CreateUser(
	ctx context.Context,
	r *userv1.CreateUserRequest,
) (*userv1.User, error) {
	return s.Service.CreateUser(ctx, r)
}

// etag returns an entity tag of a user. It is a weak one: the same user has one
// tag as JSON and as protobuf, compressed or not.
func etag(u *userv1.User) (string, error) {
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(u)
	if err != nil {
		return "", fmt.Errorf("encoding a user: %w", err)
	}
	sum := sha256.Sum256(b)
	return `W/"` + hex.EncodeToString(sum[:8]) + `"`, nil
}
