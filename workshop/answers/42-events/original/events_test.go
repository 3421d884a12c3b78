package events

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
)

// parse returns a panic as an error.
func parse(text string) (e Event, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic, which ends the process: %v", v)
		}
	}()
	return Parse([]byte(text))
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		text string
		want Event
	}{
		{`{"type": "paid", "order": 7, "cents": 1999}`, Paid{7, 1999}},
		{`{"type": "paid", "order": 9007199254740993, "cents": 1999}`, Paid{9007199254740993, 1999}},
		{`{"type": "paid", "order": 9223372036854775807, "cents": -9007199254740993}`, Paid{math.MaxInt64, -9007199254740993}},
		{`{"type": "paid", "order": 7, "cents": 0}`, Paid{7, 0}},
		{`{"type": "sent", "order": 9007199254740995, "parcels": ["a", "b"]}`, Sent{9007199254740995, []string{"a", "b"}}},
		{`{"type": "cancelled", "order": 9007199254740997, "reason": "too late"}`, Cancelled{9007199254740997, "too late"}},
		{`{"type": "cancelled", "order": 7}`, Cancelled{7, ""}},
		{`{"type": "cancelled", "order": 7, "reason": null}`, Cancelled{7, ""}},
		{`{"type": "paid", "order": 7, "cents": 5, "till": 3, "clerk": {"name": "Ada"}}`, Paid{7, 5}},
		{"\n {\"cents\": 5, \"order\": 7, \"type\": \"paid\"} \n", Paid{7, 5}},
	} {
		if got, err := parse(c.text); !reflect.DeepEqual(got, c.want) || err != nil {
			t.Errorf("The till wrote %s. That is %+v, and Parse returns %+v and the error %v.", c.text, c.want, got, err)
		}
	}
}

func TestParse_badEvents(t *testing.T) {
	for _, c := range []struct{ text, says string }{
		{`{"type": "paid", "cents": 1999}`, "order"},
		{`{"type": "paid", "order": null, "cents": 1999}`, "order"},
		{`{"type": "paid", "order": "7", "cents": 1999}`, "order"},
		{`{"type": "paid", "order": 7.5, "cents": 1999}`, "order"},
		{`{"type": "paid", "order": 9223372036854775808, "cents": 1999}`, "order"},
		{`{"type": "paid", "order": 7}`, "cents"},
		{`{"type": "paid", "order": 7, "cents": null}`, "cents"},
		{`{"type": "paid", "order": 7, "cents": "1999"}`, "cents"},
		{`{"type": "paid", "order": 7, "cents": 19.99}`, "cents"},
		{`{"type": "sent", "order": 7}`, "parcels"},
		{`{"type": "sent", "order": 7, "parcels": null}`, "parcels"},
		{`{"type": "sent", "order": 7, "parcels": []}`, "parcels"},
		{`{"type": "sent", "order": 7, "parcels": "a"}`, "parcels"},
		{`{"type": "sent", "order": 7, "parcels": ["a", 3]}`, "parcels"},
		{`{"type": "sent", "order": 7, "parcels": ["a", null]}`, "parcels"},
		{`{"type": "cancelled", "reason": "too late"}`, "order"},
		{`{"type": "cancelled", "order": 7, "reason": 3}`, "reason"},
		{`{"type": "returned", "order": 7}`, "returned"},
		{`{"order": 7, "cents": 1999}`, "type"},
		{`{"type": 3, "order": 7, "cents": 1999}`, "type"},
		{`{"type": "paid", "order": 7, "cents": 5}{"type": "paid", "order": 8, "cents": 5}`, ""},
		{`{"type": "paid", "order": 7, "cents": 5} and so on`, ""},
		{`{"type": "paid", "order": 7, "cents": 5`, ""},
		{`[]`, ""},
		{`null`, ""},
		{`"paid"`, ""},
		{``, ""},
	} {
		got, err := parse(c.text)
		if !errors.Is(err, ErrEvent) || got != nil {
			t.Errorf("The till wrote %s. Parse returns %+v and the error %v, and not only an ErrEvent.", c.text, got, err)
			continue
		}
		if !strings.Contains(err.Error(), c.says) {
			t.Errorf("The till wrote %s. The error does not say that it is %q: %v.", c.text, c.says, err)
		}
	}
}
