// Package shopv1connect is what protoc-gen-connect-go makes of shop.proto:
// connect's client and server, for the messages of shopv1. It belongs to part 12
// of the guide.
package shopv1connect
