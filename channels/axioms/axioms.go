// Package axioms says what every operation on a channel does in every state of
// the channel, and shows five ways to meet the bad cells of that table. It
// belongs to part 3.1 of the guide and to its second checkpoint.
//
// The table is in README.md. The test observes each cell and writes it there.
// What to remember are the four axioms of Dave Cheney ("Channel Axioms", 2014)
// and a fifth:
//
//   - A send to a nil channel blocks for ever.
//   - A receive from a nil channel blocks for ever.
//   - A send to a closed channel panics.
//   - A receive from a closed channel returns at once: the values that are
//     left, in order, and then the zero value and false.
//   - To close a nil or a closed channel panics.
//
// The guide counts three states: nil, open, closed. For a send and a receive
// that is not enough: an open channel blocks one of them when it is empty, the
// other when it is full, and both when it has no buffer; and a closed one may
// have values left. Nobody can ask a channel for its state, for the answer
// would be late. len and cap tell of the buffer, not of who waits.
//
//	constructor                    method
//	&Server{}
//	// ready was not made
//	                               <-s.ready   // nil: for ever
//
// # What to write
//
// Keep the channel in an unexported field, make it where it cannot be missed,
// and hand out its receiving end: <-chan cannot be closed nor sent to, and the
// compiler says so. Package done has that for the channel that is only ever
// closed, package closing for one that carries values, and package nilchan for
// nil on purpose.
//
// # What finds it
//
// The panics speak for themselves, at the line where it happens; what led
// there is elsewhere. The compiler and go vet have nothing to say of a nil
// channel. A goroutine that waits for one is found by all who look for
// goroutines that cannot go on; behind a default nobody waits, and nothing is
// found.
package axioms

//go:generate go test -run ^TestAxioms_table$ -update .
