package whennot

import (
	"encoding"
	"fmt"
	"net/url"
	"strconv"
)

// Field returns a field of a log line, a string in quotes. Compare [Text].
func Field[T any](key string, value T) string {
	switch v := any(value).(type) {
	case string:
		return key + "=" + strconv.Quote(v)
	default:
		// BUG(test): Field writes a type UserName string without quotes, for
		// the case string is that type alone: a name can forge a field.
		return fmt.Sprintf("%s=%v", key, v)
	}
}

// ParamAs returns a parameter of a query as a T. Compare [Param].
func ParamAs[T encoding.TextUnmarshaler](q url.Values, name string) (T, error) {
	var v T
	// BUG(panic): ParamAs calls UnmarshalText on nil: the type that has this
	// method is a pointer, as it must be to store, and its zero value is nil.
	if err := v.UnmarshalText([]byte(q.Get(name))); err != nil {
		return v, fmt.Errorf("parameter %s: %w", name, err)
	}
	return v, nil
}

func orDefault[T any](v, fallback T) T {
	if any(v) == nil {
		return fallback
	}
	return v
}

// ShipTo returns where an order can be had. Compare [City].
func ShipTo(o Order) string {
	// BUG(panic): ShipTo follows a nil pointer, for orDefault returns it: in an
	// any it stands beside its type *Address, which together are not nil.
	return orDefault(o.Address, &Address{City: "store"}).City
}

// An Edit can be undone.
type Edit struct {
	At  int
	Old string
}

// A History holds the edits of a text. Compare [Stack].
type History struct {
	edits []any
}

// Push adds an edit.
func (h *History) Push(edit any) { h.edits = append(h.edits, edit) }

// Undo takes the last edit off, and reports whether there was one.
func (h *History) Undo() (Edit, bool) {
	if len(h.edits) == 0 {
		return Edit{}, false
	}
	last := len(h.edits) - 1
	top := h.edits[last]
	h.edits = h.edits[:last]
	// BUG(panic, errcheck, forcetypeassert): History.Undo panics at an edit
	// that was pushed as *Edit, far from the Push that any let compile.
	return top.(Edit), true
}
