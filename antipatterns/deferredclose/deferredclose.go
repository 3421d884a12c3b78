// Package deferredclose shows the error of a deferred call that nobody hears.
// It belongs to part 14 of the guide: ignoring errors in defer. Of the five
// forms here, one has the closure that the guide asks for, and another has one
// that is right and runs too late. Package errors/deferred has more.
//
// The error matters where something was written. A writer keeps the last bytes
// in memory; Close or Flush hands them over, and hears the answer:
//
//	io.Copy(object, backup)     // no error: the last part is in memory
//	return nil                  // the caller deletes the original
//	deferred object.Close()     // quota exceeded: nobody hears it
//
// # What to write
//
//   - A named result, and a closure that adds to it and does not replace it:
//     defer func() { err = errors.Join(err, object.Close()) }() ([Upload]).
//     Without the name, it would set a variable that return has copied.
//   - No defer for a step on which the next one depends. Close, look at the
//     error, and then rename, delete the original or tell the customer
//     ([Replace]). A deferred call comes after them.
//   - Flush first and then ask Error, where Flush itself returns nothing, as
//     that of [encoding/csv.Writer] ([WriteCSV]).
//   - What was only read takes a plain defer: its Close loses nothing.
//
// # What finds it
//
// errcheck reports a deferred call whose error is dropped ([Dropped]), and is
// content once it is assigned or logged. So it leads to [Logged], where the
// caller is told nil all the same, and to [Overwritten], which goguide's own
// analyzer deferredclose reports. No tool sees a Flush that has no result
// ([FlushedLate]), or a Close that comes too late ([RenamedFirst]). bodyclose
// and sqlclosecheck look for a Close that is missing, not for its error. A test
// with a writer that fails at the end sees all five.
package deferredclose

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
)

// Upload copies a backup into an object and closes that. Only if the error is
// nil does the store have all of it. If both steps fail, the error has both.
func Upload(object io.WriteCloser, backup io.Reader) (err error) {
	defer func() { err = errors.Join(err, object.Close()) }()
	if _, err := io.Copy(object, backup); err != nil {
		return fmt.Errorf("uploading: %w", err)
	}
	return nil
}

// WriteCSV writes records as CSV. Its error is the first, be it one that came
// under way or that of the rest, which is written at the end.
func WriteCSV(to io.Writer, records iter.Seq[[]string]) error {
	w := csv.NewWriter(to)
	for record := range records {
		if err := w.Write(record); err != nil {
			return fmt.Errorf("writing record: %w", err)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return fmt.Errorf("writing records: %w", err)
	}
	return nil
}

// Replace writes a file under a temporary name and then calls rename, which
// puts it in the place of an older one. It renames only what is complete and
// closed, and closes the file in any case.
func Replace(
	temp io.WriteCloser,
	write func(io.Writer) error,
	rename func() error,
) error {
	if err := writeAll(temp, write); err != nil {
		return fmt.Errorf("writing temporary file: %w", err)
	}
	if err := rename(); err != nil {
		return fmt.Errorf("replacing file: %w", err)
	}
	return nil
}

// writeAll is a function of its own, so that its defer runs before rename.
func writeAll(
	temp io.WriteCloser,
	write func(io.Writer) error,
) (err error) {
	defer func() { err = errors.Join(err, temp.Close()) }()
	w := bufio.NewWriter(temp)
	if err := write(w); err != nil {
		return err
	}
	return w.Flush()
}
