// Package export writes the orders of a day for the accountants.
//
// # What people see
//
// One night the disk was full, and the export lacked its last orders. Nobody
// knew for a month: on that file system the error comes from Close, and Close
// stood in a bare defer. It was mended, and there is still no test for it. A
// second mend, in a hurry, lost the error of the write when both failed. A
// third left the file open.
//
// # Your task
//
// Write the test, in export_test.go. Your test is run on this code and on other
// code that is right, and must pass; and on code with each of those bugs, and
// with others like them, and must fail.
package export

import (
	"errors"
	"fmt"
	"io"
)

// Write writes the rows to a file that create makes, and closes it, whatever
// happens. It returns what went wrong: an error of create, of the first write
// that fails, of Close; those of both in one, where both fail.
func Write(create func() (io.WriteCloser, error), rows []string) (err error) {
	file, err := create()
	if err != nil {
		return fmt.Errorf("creating the export: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	for _, row := range rows {
		if _, err := fmt.Fprintln(file, row); err != nil {
			return fmt.Errorf("writing the export: %w", err)
		}
	}
	return nil
}
