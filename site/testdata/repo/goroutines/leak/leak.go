// Package leak shows how to lose a goroutine & <keep> it. It belongs to part 2.3 of the guide.
//
// A goroutine that waits is not collected. See [Awaited], [sync.Mutex] and
// [example.com/goguide/channels/axioms.Send].
//
//	handler        goroutine
//	               answer <- 42 // for ever
//
// # What to write
//
// Give the channel room.
//
// # When not to use it
//
// Where nobody waits.
package leak

// Room is how much a channel holds.
const (
	Room = 1
	Wide = 2
)

// Awaited asks, and the answer has room.
func Awaited() {
	answer := make(chan int, Room)
	go func() { answer <- 42 }()
}

func helper() {}
