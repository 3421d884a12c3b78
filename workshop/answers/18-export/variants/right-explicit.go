package export

import (
	"errors"
	"fmt"
	"io"
)

func Write(create func() (io.WriteCloser, error), rows []string) error {
	file, err := create()
	if err != nil {
		return fmt.Errorf("creating the export: %w", err)
	}
	for _, row := range rows {
		if _, err := io.WriteString(file, row+"\n"); err != nil {
			return errors.Join(err, file.Close())
		}
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("closing the export: %w", err)
	}
	return nil
}
