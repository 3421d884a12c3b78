package grpcserver

import (
	"context"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	userv1 "example.com/goguide/grpc/proto/user/v1"
)

// A Find looks a user up in a database or asks another service.
type Find func(ctx context.Context, id string) (*userv1.User, error)

// A GetUser is a method of a server.
type GetUser func(
	ctx context.Context,
	r *userv1.GetUserRequest,
) (*userv1.User, error)

// PlainError returns what the store returned. Compare [New].
func PlainError(find Find) GetUser {
	return func(
		ctx context.Context,
		r *userv1.GetUserRequest,
	) (*userv1.User, error) {
		// BUG(test): PlainError returns an error that is no status: the client
		// gets the code Unknown and the whole text, whatever it names.
		return find(ctx, r.GetId())
	}
}

// WrappedStatus adds to a status what it knows, as one does with errors. Compare
// [New].
func WrappedStatus(find Find) GetUser {
	return func(
		ctx context.Context,
		r *userv1.GetUserRequest,
	) (*userv1.User, error) {
		u, err := find(ctx, r.GetId())
		if err != nil {
			// BUG(test): WrappedStatus keeps the code of the status that it wraps,
			// and sends all that is wrapped around it to the client as well.
			return nil, fmt.Errorf("user %s at db-3.internal: %w",
				r.GetId(), status.Error(codes.NotFound, "no such user"))
		}
		return u, nil
	}
}

// ForwardedError returns what the service behind it returned. Compare [New].
func ForwardedError(behind userv1.UserServiceClient) GetUser {
	return func(
		ctx context.Context,
		r *userv1.GetUserRequest,
	) (*userv1.User, error) {
		// BUG(test): ForwardedError passes another server's status on as its own:
		// a client is told to log in again, where this server was refused.
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

// PanicEnds trusts that the store has the user. Compare [New].
func PanicEnds(byID map[string]func() *userv1.User) GetUser {
	return func(
		_ context.Context,
		r *userv1.GetUserRequest,
	) (*userv1.User, error) {
		// BUG(panic): PanicEnds calls a nil function, and grpc-go recovers from
		// nothing: one request for an unknown id ends the process.
		return byID[r.GetId()](), nil
	}
}

// BackgroundContext asks the store with a ctx of its own. Compare [New].
func BackgroundContext(find Find) GetUser {
	return func(
		_ context.Context,
		r *userv1.GetUserRequest,
	) (*userv1.User, error) {
		// BUG(contextcheck, goleak, leakprofile, synctest): BackgroundContext drops
		// the call's ctx: the caller has left, and the store still works.
		return find(context.Background(), r.GetId())
	}
}

// ConnPerCall makes a connection for each call. Compare [Remote].
func ConnPerCall(
	ctx context.Context,
	target, id string,
	options ...grpc.DialOption,
) (*userv1.User, error) {
	// BUG(goleak, synctest): ConnPerCall does not close its connection, and each
	// call makes one more: goroutines, a descriptor, and a handshake to wait for.
	conn, err := grpc.NewClient(target, options...)
	if err != nil {
		return nil, fmt.Errorf("connecting: %w", err)
	}
	client := userv1.NewUserServiceClient(conn)
	return client.GetUser(ctx, &userv1.GetUserRequest{Id: id})
}
