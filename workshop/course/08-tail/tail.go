// Package tail shows the logs of all instances of a service as one stream.
//
// # What people see
//
// Support follows the logs of a service in one window. Lines of one instance
// come in blocks, minutes late, when another is silent. When one instance
// stops, the window closes, or stays open after the last has stopped. And since
// each window that is closed leaves its goroutines behind, the tool is slow by
// noon.
//
// # Your task
//
// Write Merge anew, as its comment says. The test is the specification.
package tail

import "context"

// Merge passes on what the streams bring, as it comes, and keeps the order
// within each stream. It closes its channel when the last stream is closed, or
// when ctx has ended. After the end of ctx nobody need receive, and no
// goroutine stays.
//
// A nil stream is that of an instance which does not run: it brings nothing.
func Merge(ctx context.Context, streams ...<-chan string) <-chan string {
	panic("Merge is yours to write")
}
