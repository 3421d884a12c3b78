package propagation

import (
	"context"

	"connectrpc.com/connect/v2"
	"google.golang.org/grpc/metadata"

	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
)

// ForwardAll returns a ctx for the calls of a handler of grpc-go. Compare
// [GRPCClient].
func ForwardAll(ctx context.Context) context.Context {
	md, _ := metadata.FromIncomingContext(ctx)
	// BUG(test): ForwardAll sends all that a caller has sent to whoever is
	// called, with the token by which he was let in.
	return metadata.NewOutgoingContext(ctx, md)
}

// ForwardHeaders returns a ctx for the calls of a handler of connect-go.
// Compare [ConnectClient].
func ForwardHeaders(ctx context.Context) context.Context {
	in, _ := connect.CallInfoForServerContext(ctx)
	ctx, out := connect.NewClientContext(ctx)
	for name, values := range in.RequestHeader().All() {
		// BUG(test): ForwardHeaders sends all that a caller has sent to whoever
		// is called, with the token by which he was let in.
		out.RequestHeader().SetValues(name, values)
	}
	return ctx
}

// Background calls what is behind the handler with a ctx of its own. Compare
// [ConnectClient].
func Background(_ context.Context, behind userv1connect.UserServiceClient, id string) (*userv1.User, error) {
	// BUG(contextcheck, test): Background drops trace, baggage and metadata
	// with the ctx, and the deadline too.
	return behind.GetUser(context.Background(), &userv1.GetUserRequest{Id: id})
}
