// Package events reads what the till writes into a queue.
//
// # What people see
//
// Now and then a customer gets the parcel of another: since the numbers of orders
// come from the new system they have sixteen digits, and the last one is wrong.
// An event whose sum stood in quotes ended the process, and again after each
// restart, as it was still first in the queue. It was mended for sums, and since
// then some orders cost nothing. And where the till has learned a new kind of
// event, the process ends as well, at a nil.
//
// # Your task
//
// Mend Parse, as its comment says.
package events

import (
	"encoding/json"
	"errors"
	"fmt"
)

// An Event is a Paid, a Sent or a Cancelled.
type Event interface{ OrderNumber() int64 }

// Paid says that an order was paid.
type Paid struct{ Order, Cents int64 }

// Sent says that an order was sent, in at least one parcel.
type Sent struct {
	Order   int64
	Parcels []string
}

// Cancelled says that an order was cancelled. Most have no reason.
type Cancelled struct {
	Order  int64
	Reason string
}

// OrderNumber returns the number of the order.
func (e Paid) OrderNumber() int64 { return e.Order }

// OrderNumber returns the number of the order.
func (e Sent) OrderNumber() int64 { return e.Order }

// OrderNumber returns the number of the order.
func (e Cancelled) OrderNumber() int64 { return e.Order }

// ErrEvent is in the chain of all errors of Parse.
var ErrEvent = errors.New("bad event")

// Parse reads one event, and nothing behind it:
//
//	{"type": "paid", "order": 1234567890123457, "cents": 1999}
//	{"type": "sent", "order": 1234567890123457, "parcels": ["a", "b"]}
//	{"type": "cancelled", "order": 1234567890123457, "reason": "too late"}
//
// A reason may be missing. What else is missing, or null, or of another type, or
// a number that is no int64, is an error that has the name of the field in its
// text; an unknown type is an error with that type in its text. Other fields are
// passed over: the till may learn more.
func Parse(data []byte) (Event, error) {
	var m map[string]any
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEvent, err)
	}
	order := int64(m["order"].(float64))
	switch m["type"] {
	case "paid":
		cents, _ := m["cents"].(float64)
		return Paid{order, int64(cents)}, nil
	case "sent":
		var parcels []string
		for _, p := range m["parcels"].([]any) {
			parcels = append(parcels, p.(string))
		}
		return Sent{order, parcels}, nil
	case "cancelled":
		reason, _ := m["reason"].(string)
		return Cancelled{order, reason}, nil
	}
	return nil, nil
}
