package progress

import (
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
)

// ErrTaken says that another process holds the lock.
var ErrTaken = errors.New("another workshop is at work in this course")

// A Held lock ends with its process, however that ends.
type Held struct{ file *os.File }

// Lock takes the lock of that name, or returns [ErrTaken] at once. The file
// lies in the folder for temporary files, so that the course, which may be
// read-only, stays clean.
func Lock(name string) (*Held, error) {
	h := fnv.New64a()
	fmt.Fprint(h, name)
	path := filepath.Join(os.TempDir(), fmt.Sprintf("goguide-workshop-%x.lock", h.Sum64()))
	file, err := lock(path)
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return &Held{file}, nil
}

// Release gives the lock back.
func (h *Held) Release() { _ = h.file.Close() }
