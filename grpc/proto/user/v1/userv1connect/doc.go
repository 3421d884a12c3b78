// Package userv1connect is what protoc-gen-connect-go makes of user.proto:
// connect's client and server, for the messages of userv1. It belongs to part 9.3
// of the guide.
package userv1connect
