// Package userv1 is what protoc-gen-go and protoc-gen-go-grpc make of
// user.proto: the messages, and grpc-go's client and server. What
// protoc-gen-connect-go makes of it is in userv1connect. It belongs to parts 9.2
// and 9.3 of the guide.
//
// # What to write
//
// The plugins are tools of this module (see its go.mod), so the code that they
// make and the library that it runs with are of one release. buf is a tool of a
// module apart: its many dependencies must not choose the versions here.
//
// What is generated is committed: whoever reads or imports it needs neither buf
// nor a network. go generate makes it anew, and CI fails where that changes a
// file.
//
// # What finds it
//
// Some changes to a .proto compile and break every client that is already out:
// a number that is used again, a type that another type replaces. No test of one
// release sees that, for its client and its server change together. buf breaking
// compares two versions of the file; grpc/testdata/refused has what it says, line
// by line, and grpc/testdata/accepted the near-misses, which old clients survive.
package userv1

//go:generate env GOWORK=off go build -C ../../../../tools/rpc -o ../../.cache/buf github.com/bufbuild/buf/cmd/buf
//go:generate env GOWORK=off go build -C ../../../../tools/rpc -o ../../.cache/grpc-health-probe github.com/grpc-ecosystem/grpc-health-probe
//go:generate env GOWORK=off ../../../../.cache/buf generate ../../.. --template ../../../buf.gen.yaml --output ../../..
