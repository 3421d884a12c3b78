// A test finds a bug only if the way into it is open. Here that is a file which
// fails on demand: at the first write, at a later one, at Close, at both. Each
// case asks three things: which errors errors.Is finds, whether the file is
// closed once, and, when nothing fails, what it holds.
//
// The builder is a field. Embedded, it would bring its WriteString along, and
// io.WriteString would go past the Write that fails.
//
// The test does not ask for texts, nor for the order of calls: code that is
// right in another way must pass.
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
		"the second write":  {&file{failAt: 2}, []error{errWrite}},
		"close":             {&file{onClose: errClose}, []error{errClose}},
		"a write and close": {&file{failAt: 2, onClose: errClose}, []error{errWrite, errClose}},
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
