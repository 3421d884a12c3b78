package connectserver

import (
	"context"
	"net/http"

	connectv1 "connectrpc.com/connect"
	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connecthttp"

	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
)

// A Find looks a user up in a database or asks another service.
type Find func(ctx context.Context, id string) (*userv1.User, error)

// A GetUser is a method of a handler.
type GetUser func(
	ctx context.Context,
	r *userv1.GetUserRequest,
) (*userv1.User, error)

// GuideError is a handler in the form that the guide shows, of connect-go v1.
// Compare [New], and PlainError for what v2 does.
func GuideError(find Find) http.Handler {
	return connectv1.NewUnaryHandler(userv1connect.UserServiceGetUserProcedure, func(
		ctx context.Context,
		r *connectv1.Request[userv1.GetUserRequest],
	) (*connectv1.Response[userv1.User], error) {
		u, err := find(ctx, r.Msg.GetId())
		if err != nil {
			// BUG(test): GuideError returns the store's error as it is: the
			// client gets its text, whatever it names, under the code unknown.
			return nil, err
		}
		return connectv1.NewResponse(u), nil
	})
}

// PlainError returns what the store returned. Compare [New].
func PlainError(find Find) GetUser {
	return func(
		ctx context.Context,
		r *userv1.GetUserRequest,
	) (*userv1.User, error) {
		// BUG(test): PlainError returns an error that is no *connect.Error: the
		// client gets the code unknown and no text, for a user that is not
		// there as for a disk that is full.
		return find(ctx, r.GetId())
	}
}

// ForwardedError returns what the service behind it returned. Compare [New].
func ForwardedError(behind userv1connect.UserServiceClient) GetUser {
	return func(
		ctx context.Context,
		r *userv1.GetUserRequest,
	) (*userv1.User, error) {
		// BUG(test): ForwardedError passes another server's error on, which
		// connect takes back: the not_found that it says is an internal error
		// for this server's client.
		return behind.GetUser(ctx, r)
	}
}

// NilUser has no answer for a user that is not there. Compare [New].
func NilUser(byID map[string]*userv1.User) GetUser {
	return func(
		_ context.Context,
		r *userv1.GetUserRequest,
	) (*userv1.User, error) {
		// BUG(test): NilUser returns a nil message and no error, which is sent
		// as an empty one: the client has a user without an id, and success.
		return byID[r.GetId()], nil
	}
}

// BackgroundContext asks the store with a ctx of its own. Compare [New].
func BackgroundContext(find Find) GetUser {
	return func(
		_ context.Context,
		r *userv1.GetUserRequest,
	) (*userv1.User, error) {
		// BUG(contextcheck, deadlock, hang, leakprofile, synctest):
		// BackgroundContext drops the call's ctx: the caller has left, and the
		// store still works.
		return find(context.Background(), r.GetId())
	}
}

// ClientPerCall makes a client for each call. Compare [Remote].
func ClientPerCall(ctx context.Context, url, id string) (*userv1.User, error) {
	// BUG(test): ClientPerCall has a Transport for each call, and so a connection
	// for each, which stays open when the call is done.
	h := &http.Client{Transport: &http.Transport{Protocols: h2c()}}
	c := connect.NewClient(connecthttp.NewTransport(h, url))
	client := userv1connect.NewUserServiceClient(c)
	return client.GetUser(ctx, &userv1.GetUserRequest{Id: id})
}
