// The second value of the assertion makes a zero of the panic: an order that
// costs nothing, and is number 0.
//
// FAILS: The till wrote {"type": "paid", "cents": 1999}. Parse returns {Order:0
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
	number, _ := m["order"].(float64)
	order := int64(number)
	switch m["type"] {
	case "paid":
		cents, _ := m["cents"].(float64)
		return Paid{order, int64(cents)}, nil
	case "sent":
		var parcels []string
		all, _ := m["parcels"].([]any)
		for _, p := range all {
			text, _ := p.(string)
			parcels = append(parcels, text)
		}
		return Sent{order, parcels}, nil
	case "cancelled":
		reason, _ := m["reason"].(string)
		return Cancelled{order, reason}, nil
	}
	return nil, fmt.Errorf("%w: unknown type %q", ErrEvent, m["type"])
}
