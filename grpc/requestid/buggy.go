package requestid

import (
	"context"
	"crypto/rand"

	"connectrpc.com/connect/v2"
	"google.golang.org/grpc"
)

// Trusting takes a caller's id. Compare [ConnectServer].
func Trusting() connect.ServerInterceptor {
	return connectServer(func(given string) string {
		if given == "" {
			return rand.Text()
		}
		// BUG(test): Trusting takes any id: its author writes what he likes
		// into every line of every log behind, of any length.
		return given
	})
}

// StringKey keeps the id in the ctx. Compare [With].
func StringKey(ctx context.Context, id string) context.Context {
	// BUG(staticcheck, test): StringKey's key is a string: another package
	// that has the same name for its own id puts it in this one's place.
	return context.WithValue(ctx, "request-id", id)
}

// MakesAnother names each call that goes out. Compare [ConnectClient].
func MakesAnother() connect.ClientInterceptor {
	return connectClient(func(context.Context) string {
		// BUG(test): MakesAnother makes a new id for each call, so that nothing
		// joins the lines of this service and the next.
		return rand.Text()
	})
}

// UnaryOnly is an interceptor for a server of grpc-go. Compare [GRPCServer].
func UnaryOnly() grpc.ServerOption {
	// BUG(test): UnaryOnly is for single calls: streams have no id.
	return GRPCServer()[0]
}
