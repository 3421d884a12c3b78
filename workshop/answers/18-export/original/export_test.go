package export

import (
	"io"
	"strings"
	"testing"
)

// memory is a file that remembers what was written.
type memory struct{ text strings.Builder }

func (m *memory) Write(p []byte) (int, error) { return m.text.Write(p) }
func (m *memory) Close() error                { return nil }

func TestWrite(t *testing.T) {
	file := &memory{}
	err := Write(func() (io.WriteCloser, error) { return file, nil }, []string{"a;1", "b;2"})
	if err != nil {
		t.Errorf("Write returned %v.", err)
	}
	if got := file.text.String(); got != "a;1\nb;2\n" {
		t.Errorf("The file holds %q.", got)
	}
}
