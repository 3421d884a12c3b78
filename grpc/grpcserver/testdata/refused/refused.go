// Package refused has what go vet refuses.
package refused

import (
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

var errDisk = errors.New("disk full")

// Wrapped formats with %w, which status.Errorf does not know: the client reads
// %!w(*errors.errorString=&{disk full}).
func Wrapped() error {
	return status.Errorf(codes.Internal, "get user: %w", errDisk) // want printf
}

// Formatted is what status.Errorf can do.
func Formatted(id string) error {
	return status.Errorf(codes.NotFound, "no user %q", id)
}
