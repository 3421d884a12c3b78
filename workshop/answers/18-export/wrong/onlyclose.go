// Close alone: the error of a write, and both together, go unnoticed.
//
// FAILS: not noticed: the error of close hides that of the write
package export

import (
	"errors"
	"io"
	"strings"
	"testing"
)

var errClose = errors.New("quota exceeded")

type file struct{ text strings.Builder }

func (f *file) Write(p []byte) (int, error) { return f.text.Write(p) }
func (f *file) Close() error                { return errClose }

func TestWrite(t *testing.T) {
	err := Write(func() (io.WriteCloser, error) { return &file{}, nil }, []string{"a"})
	if !errors.Is(err, errClose) {
		t.Errorf("Write returned %v.", err)
	}
}
