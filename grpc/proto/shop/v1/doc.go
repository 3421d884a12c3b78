// Package shopv1 is what protoc-gen-go and protoc-gen-go-grpc make of shop.proto,
// the services of the shop. go generate in ../../user/v1 makes it anew. It
// belongs to part 12 of the guide.
package shopv1
