// Only the first write fails: code that looks at that one alone passes.
//
// FAILS: not noticed: only the first write is looked at
package export

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

var (
	errCreate = errors.New("read-only")
	errWrite  = errors.New("disk full")
	errClose  = errors.New("quota exceeded")
)

// file is a file whose nth write and whose Close fail, if they are to.
type file struct {
	text           strings.Builder
	failAt, writes int
	onClose        error
	closed         int
}

func (f *file) Write(p []byte) (int, error) {
	if f.writes++; f.writes == f.failAt {
		return 0, errWrite
	}
	return f.text.Write(p)
}

func (f *file) Close() error {
	f.closed++
	return f.onClose
}

func TestWrite(t *testing.T) {
	for name, c := range map[string]struct {
		file *file
		want []error
	}{
		"nothing fails":     {&file{}, nil},
		"the first write":   {&file{failAt: 1}, []error{errWrite}},
		"close":             {&file{onClose: errClose}, []error{errClose}},
		"a write and close": {&file{failAt: 1, onClose: errClose}, []error{errWrite, errClose}},
	} {
		t.Run(name, func(t *testing.T) {
			err := Write(func() (io.WriteCloser, error) { return c.file, nil }, []string{"a;1", "b;2"})
			if (err == nil) != (c.want == nil) {
				t.Errorf("Write returned %v.", err)
			}
			for _, want := range c.want {
				if !errors.Is(err, want) {
					t.Errorf("errors.Is does not find %q in %v.", want, err)
				}
			}
			if c.file.closed != 1 {
				t.Errorf("The file was closed %d times.", c.file.closed)
			}
			if got := c.file.text.String(); c.want == nil && got != "a;1\nb;2\n" {
				t.Errorf("The file holds %q.", got)
			}
		})
	}
}

func TestWrite_noFile(t *testing.T) {
	err := Write(func() (io.WriteCloser, error) { return nil, fmt.Errorf("opening: %w", errCreate) }, nil)
	if !errors.Is(err, errCreate) {
		t.Errorf("errors.Is does not find %q in %v.", errCreate, err)
	}
}
