package customers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// stored is a store that returns this error.
type stored struct{ err error }

func (s stored) Rename(context.Context, int, string) error { return s.err }

func TestRename_hasAStatusForEachError(t *testing.T) {
	short := &FieldError{"name", "is too short"}
	for name, c := range map[string]struct {
		err  error
		code int
		text string
	}{
		"no error":                        {nil, 200, ""},
		"no such customer":                {ErrNotFound, 404, "no such customer"},
		"no such customer, wrapped":       {fmt.Errorf("reading row: %w", ErrNotFound), 404, "no such customer"},
		"no such customer, wrapped twice": {fmt.Errorf("query: %w", fmt.Errorf("row: %w", ErrNotFound)), 404, "no such customer"},
		"no such customer, joined":        {errors.Join(errors.New("closing rows"), ErrNotFound), 404, "no such customer"},
		"a wrong field":                   {short, 422, "name is too short"},
		"a wrong field, wrapped":          {fmt.Errorf("checking: %w", short), 422, "name is too short"},
		"a slow database":                 {context.DeadlineExceeded, 504, "try again later"},
		"a slow database, wrapped":        {fmt.Errorf("query: %w", context.DeadlineExceeded), 504, "try again later"},
		"another one":                     {errors.New("connection refused"), 500, "internal error"},
		"another one of the same text":    {errors.New("template: customer not found"), 500, "internal error"},
		"another one that names a field":  {errors.New("name is too short"), 500, "internal error"},
	} {
		t.Run(name, func(t *testing.T) {
			err := Rename(t.Context(), stored{c.err}, 4711, "x")
			code, text := Status(err)
			if code != c.code || text != c.text {
				t.Errorf("The store returned %q: the answer is %d %q, not %d %q.", fmt.Sprint(c.err), code, text, c.code, c.text)
			}
			if c.err != nil && (!strings.Contains(fmt.Sprint(err), "4711") || !strings.Contains(fmt.Sprint(err), c.err.Error())) {
				t.Errorf("Customer 4711 got the error %q; the log must name the customer and what the store said: %q.", fmt.Sprint(err), c.err)
			}
		})
	}
}
