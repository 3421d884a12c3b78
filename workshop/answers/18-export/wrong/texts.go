// Comparing texts fails on code that is right and words it differently.
//
// FAILS: your test fails on code that is right
package export

import (
	"errors"
	"io"
	"testing"
)

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }
func (full) Close() error              { return nil }

func TestWrite(t *testing.T) {
	err := Write(func() (io.WriteCloser, error) { return full{}, nil }, []string{"a"})
	if err == nil || err.Error() != "writing the export: disk full" {
		t.Errorf("Write returned %v.", err)
	}
}
