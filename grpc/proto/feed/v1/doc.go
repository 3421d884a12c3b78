// Package feedv1 is what protoc-gen-go and protoc-gen-go-grpc make of feed.proto,
// the streams that package streaming serves. go generate in ../../user/v1 makes
// it anew. It belongs to part 9.1 of the guide.
package feedv1
