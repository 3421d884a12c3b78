package emptyinterface

import (
	"encoding/json"
	"fmt"
	"net"
	"strconv"
)

// Asserted returns the address to listen at. Compare [Load].
func Asserted(config []byte) (address string, err error) {
	var settings map[string]any
	if err := json.Unmarshal(config, &settings); err != nil {
		return "", fmt.Errorf("reading configuration: %w", err)
	}
	// BUG(panic, errcheck, forcetypeassert): Asserted asserts what it hopes: a
	// port in quotes, or none, panics and does not say which field it was.
	port := settings["port"].(float64)
	return net.JoinHostPort("", strconv.Itoa(int(port))), nil
}

// AssertedOK is Asserted as errcheck wants it. Compare [Load].
func AssertedOK(config []byte) (address string, err error) {
	var settings map[string]any
	if err := json.Unmarshal(config, &settings); err != nil {
		return "", fmt.Errorf("reading configuration: %w", err)
	}
	// BUG(test): AssertedOK makes 0 of a port in quotes, and of none. For 0 the
	// system chooses a port: the service listens where no client finds it.
	port, _ := settings["port"].(float64)
	return net.JoinHostPort("", strconv.Itoa(int(port))), nil
}

// ByMap returns the key under which a store has an order. Compare [Paid.Key].
func ByMap(body []byte) (key string, err error) {
	var event map[string]any
	if err := json.Unmarshal(body, &event); err != nil {
		return "", fmt.Errorf("decoding event: %w", err)
	}
	// BUG(test): ByMap prints a number that JSON put into an any, as a float64:
	// 1234567 is 1.234567e+06, and no order has such a key.
	return fmt.Sprint("order:", event["order"]), nil
}

// Refunded is the event that an order has been refunded.
type Refunded struct{ Order int64 }

// Dispatch handles an event and takes it off the queue. Compare [Topic].
func Dispatch(event any, ship, cancel func(order int64), ack func()) {
	// BUG(test): Dispatch has no case for a *Paid, and no default: the event is
	// off the queue, the order is never shipped, and nobody is told.
	switch e := event.(type) {
	case Paid:
		ship(e.Order)
	case Refunded:
		cancel(e.Order)
	}
	ack()
}

// AnyDedup remembers events. Compare [Seen].
type AnyDedup struct {
	seen map[any]bool
}

// First reports whether the event is new, and remembers it.
func (d *AnyDedup) First(event any) bool {
	if d.seen == nil {
		d.seen = map[any]bool{}
	}
	// BUG(panic): AnyDedup.First takes every event as a key, also one that
	// cannot be compared: since Paid has a slice, the first Paid panics.
	if d.seen[event] {
		return false
	}
	d.seen[event] = true
	return true
}
