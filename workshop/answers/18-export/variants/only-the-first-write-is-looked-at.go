package export

import (
	"errors"
	"fmt"
	"io"
)

func Write(create func() (io.WriteCloser, error), rows []string) (err error) {
	file, err := create()
	if err != nil {
		return fmt.Errorf("creating the export: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	for i, row := range rows {
		if _, err := fmt.Fprintln(file, row); err != nil && i == 0 {
			return fmt.Errorf("writing the export: %w", err)
		}
	}
	return nil
}
