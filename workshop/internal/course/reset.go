package course

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Replaced is the folder, in that of the course, which keeps what reset
// replaces. Go looks into no folder with a dot.
const Replaced = ".replaced"

// Reset puts all files of an exercise back as they were shipped. It returns the
// folder that now keeps those that differed, "" if none did. Files that were
// not shipped stay.
func (x *Exercise) Reset(now time.Time) (kept string, err error) {
	names, err := x.Shipped()
	if err != nil {
		return "", err
	}
	keep := filepath.Join(filepath.Dir(x.Dir), Replaced, x.Name, now.Format("2006-01-02T150405.000"))
	for _, name := range names {
		want, err := os.ReadFile(x.Original(name))
		if err != nil {
			return kept, fmt.Errorf("reading what was shipped: %w", err)
		}
		path := filepath.Join(x.Dir, name)
		have, err := os.ReadFile(path)
		switch {
		case err == nil && bytes.Equal(have, want):
			continue
		case err == nil:
			if err := write(filepath.Join(keep, name), have); err != nil {
				return kept, fmt.Errorf("nothing is reset, for what you have could not be kept: %w", err)
			}
			kept = keep
		case !errors.Is(err, fs.ErrNotExist):
			return kept, fmt.Errorf("reading what you have: %w", err)
		}
		if err := write(path, want); err != nil {
			return kept, fmt.Errorf("resetting: %w", err)
		}
	}
	return kept, nil
}

func write(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o644)
}

// Changed returns the names of shipped files that differ or are missing.
func (x *Exercise) Changed() ([]string, error) {
	names, err := x.Shipped()
	if err != nil {
		return nil, err
	}
	var changed []string
	for _, name := range names {
		want, err := os.ReadFile(x.Original(name))
		if err != nil {
			return nil, fmt.Errorf("reading what was shipped: %w", err)
		}
		have, err := os.ReadFile(filepath.Join(x.Dir, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("reading what you have: %w", err)
		}
		if err != nil || !bytes.Equal(have, want) {
			changed = append(changed, name)
		}
	}
	return changed, nil
}
