// From server to app a number doubles. From client to server it is halved.
//
// FAILS: This is the way back
package report

// The answers. The lines are those of order.proto.
const (
	// Line is the one with which the app of last month shows wrong numbers.
	Line = 32
	// Back is how many pieces the new server believes an order to have for which
	// a client of last month, such as the till, sends 4.
	Back = 8
	// JSON is the line with which a client of last month breaks if it speaks
	// JSON, and goes on if it speaks protobuf.
	JSON = 15
	// Number is the one that nobody may give to another field from now on. A
	// line "reserved" in order.proto should say so.
	Number = 4
)
