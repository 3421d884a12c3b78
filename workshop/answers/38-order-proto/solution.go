// Package report has a report of buf on a file that was changed, to be read.
//
// On the wire of protobuf a field is its number, a kind of encoding, and the
// value. Names are not there, nor the order of methods, nor int32 as opposed to
// int64: both are varints. sint32 is a varint as well, and so an old client reads
// it without an error, but it counts in another way: 0, -1, 1, -2, 2 are written
// as 0, 1, 2, 3, 4. Of 3 comes 6, of -2 comes 3, and the other way 4 becomes 2.
// That is the worst of breaks: nobody gets an error.
//
// JSON is the other way round. int32 and sint32 are written alike, in digits, and
// what counts is the name. The new server does not know an id: it passes over it
// or refuses the request, and finds no order.
//
// A field that is gone does no harm until its number is used again. Then old
// clients read the new field as a coupon. So the number is reserved, and best the
// name too.
//
// What to do: pieces gets its type back, or a new field, a new number. The name
// may be taken back as well, or get json_name = "id". buf says which lines differ,
// and its category how strictly: FILE, as here, is also for those who compile
// against the file. Of these five findings WIRE leaves two, pieces and coupon, and
// is enough where nobody speaks JSON. Which clients are out there buf does not
// know.
package report

// The answers. The lines are those of order.proto.
const (
	// Line is the one with which the app of last month shows wrong numbers.
	Line = 32
	// Back is how many pieces the new server believes an order to have for which
	// a client of last month, such as the till, sends 4.
	Back = 2
	// JSON is the line with which a client of last month breaks if it speaks
	// JSON, and goes on if it speaks protobuf.
	JSON = 15
	// Number is the one that nobody may give to another field from now on. A
	// line "reserved" in order.proto should say so.
	Number = 4
)
