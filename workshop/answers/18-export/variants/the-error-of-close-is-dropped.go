package export

import (
	"fmt"
	"io"
)

func Write(create func() (io.WriteCloser, error), rows []string) (err error) {
	file, err := create()
	if err != nil {
		return fmt.Errorf("creating the export: %w", err)
	}
	defer file.Close()
	for _, row := range rows {
		if _, err := fmt.Fprintln(file, row); err != nil {
			return fmt.Errorf("writing the export: %w", err)
		}
	}
	return nil
}
