// Package rpc has no code. Its go.mod pins the commands that part 9 runs: buf
// and grpc-health-probe. They are a module apart from tools, for they need
// versions of libraries, and of Go, that the linters there do not.
package rpc
