// Package report has a report of buf on a file that was changed, to be read.
//
// # What people see
//
// The new server runs since noon, and no client has changed. Customers with the
// app of last month see 6 pieces where they bought 3, and whoever has sent 2 back
// is told that he bought 3 more. One partner, who speaks JSON, hears for each
// GetOrder that there is no such order; the others, who speak protobuf, do not.
// The check was red in the morning, and somebody found that these are only names
// and types:
//
//	$ buf breaking --against '.git#branch=main'
//	order.proto:15:3:
//	  Field "1" with name "order_id" on message "GetOrderRequest" changed
//	  option "json_name" from "id" to "orderId".
//	order.proto:15:10:
//	  Field "1" on message "GetOrderRequest" changed name from "id" to
//	  "order_id".
//	order.proto:19:3:
//	  Field "1" with name "limit" on message "ListOrdersRequest" changed
//	  type from "int32" to "int64".
//	order.proto:27:1:
//	  Previously present field "4" with name "coupon" on message "Order" was
//	  deleted.
//	order.proto:32:3:
//	  Field "5" with name "pieces" on message "Order" changed type from
//	  "int32" to "sint32".
//
// # Your task
//
// order.proto is the file now, before.proto is what it was. Find out which of the
// lines did what, and fill in the answers below. Nothing is to be mended.
package report

// The answers. The lines are those of order.proto.
const (
	// Line is the one with which the app of last month shows wrong numbers.
	Line = 0
	// Back is how many pieces the new server believes an order to have for which
	// a client of last month, such as the till, sends 4.
	Back = 0
	// JSON is the line with which a client of last month breaks if it speaks
	// JSON, and goes on if it speaks protobuf.
	JSON = 0
	// Number is the one that nobody may give to another field from now on. A
	// line "reserved" in order.proto should say so.
	Number = 0
)
