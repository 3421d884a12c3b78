// Package events reads what the till writes into a queue.
//
// A map[string]any puts off the question what a field is, and JSON has its own
// answer: every number is a float64, whose 53 bits hold fifteen digits and some
// numbers of sixteen. The assertion asks the question at last, and the two forms
// of it are a panic and a zero.
//
// A struct asks at the door. Its int64 takes all digits, and refuses quotes,
// fractions and what is too large; the error names the field. What the decoder
// does not tell is whether a field was there: so what must be there is a pointer.
// A switch over types has a default that is an error. And Unmarshal wants the end
// behind the value, where a Decoder would read on another day.
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
	var f fields
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEvent, err)
	}
	if f.Type == nil {
		return nil, missing("type")
	}
	if f.Order == nil {
		return nil, missing("order")
	}
	switch *f.Type {
	case "paid":
		if f.Cents == nil {
			return nil, missing("cents")
		}
		return Paid{*f.Order, *f.Cents}, nil
	case "sent":
		return f.sent()
	case "cancelled":
		return Cancelled{*f.Order, f.Reason}, nil
	default:
		return nil, fmt.Errorf("%w: unknown type %q", ErrEvent, *f.Type)
	}
}

// fields are those of all events. What must be there is a pointer: nil is
// missing or null, and 0 is 0.
type fields struct {
	Type    *string   `json:"type"`
	Order   *int64    `json:"order"`
	Cents   *int64    `json:"cents"`
	Parcels []*string `json:"parcels"`
	Reason  string    `json:"reason"`
}

func (f fields) sent() (Event, error) {
	if len(f.Parcels) == 0 {
		return nil, missing("parcels")
	}
	var parcels []string
	for _, p := range f.Parcels {
		if p == nil {
			return nil, missing("a parcel of parcels")
		}
		parcels = append(parcels, *p)
	}
	return Sent{*f.Order, parcels}, nil
}

func missing(field string) error { return fmt.Errorf("%w: %s is missing", ErrEvent, field) }
