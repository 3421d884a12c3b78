// Package feedv1connect is what protoc-gen-connect-go makes of feed.proto:
// connect's client and server, for the messages of feedv1. It belongs to part 9.1
// of the guide.
package feedv1connect
