// Package thumbnails makes small pictures of a merchant's photos.
//
// # What people see
//
// A merchant uploads 12,000 photos. The server starts 12,000 decoders at once,
// takes 40 GB and is killed by the kernel, and with it all other merchants'
// uploads. The merchant starts again: the same. When it works, on a small
// catalogue, nobody is told that one file was no photo at all.
//
// # Your task
//
// Write MakeAll, as its comment says. The test is the specification.
package thumbnails

import "context"

// MakeAll calls convert for every photo, at most limit at any time, and as many
// as that while there are enough photos. It returns when the last call has
// returned.
//
// When a call fails, the ctx of all other calls is cancelled, no further call
// begins, and MakeAll returns that first error. When the caller's ctx ends, it
// is the same, with ctx's error.
func MakeAll(
	ctx context.Context,
	photos []string,
	limit int,
	convert func(ctx context.Context, photo string) error,
) error {
	panic("MakeAll is yours to write")
}
