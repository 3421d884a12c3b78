package grpcserver

import (
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"

	userv1 "example.com/goguide/grpc/proto/user/v1"
)

// Remote returns a client of the server at target, for the life of the process:
// its calls share one connection, which is made with the first of them. Done
// closes it. A call takes as long as its ctx lets it.
func Remote(
	target string,
	options ...grpc.DialOption,
) (client userv1.UserServiceClient, done func() error, err error) {
	options = append([]grpc.DialOption{
		grpc.WithKeepaliveParams(keepalive.ClientParameters{
			Time:    time.Minute, // a server that vanished is noticed
			Timeout: 15 * time.Second,
		}),
	}, options...)
	conn, err := grpc.NewClient(target, options...)
	if err != nil {
		return nil, nil, fmt.Errorf("connecting to %s: %w", target, err)
	}
	return userv1.NewUserServiceClient(conn), conn.Close, nil
}
