package deferredclose

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
)

// Dropped uploads a backup, whose original is then deleted. Compare [Upload].
func Dropped(object io.WriteCloser, backup io.Reader) error {
	// BUG(test, errcheck): Dropped does not look at the error of Close, which
	// sends the last part: the store refused it, and the caller is told nil.
	defer object.Close()
	if _, err := io.Copy(object, backup); err != nil {
		return fmt.Errorf("uploading: %w", err)
	}
	return nil
}

// Logged is Dropped as errcheck wants it. Compare [Upload].
func Logged(log *slog.Logger, object io.WriteCloser, backup io.Reader) error {
	defer func() {
		if err := object.Close(); err != nil {
			// BUG(test): Logged tells the error of Close to a log and not to
			// its caller, who deletes the original of what is not stored.
			log.Error("closing object", "err", err)
		}
	}()
	if _, err := io.Copy(object, backup); err != nil {
		return fmt.Errorf("uploading: %w", err)
	}
	return nil
}

// Overwritten has the closure that the guide asks for. Compare [Upload].
func Overwritten(object io.WriteCloser, backup io.Reader) (err error) {
	defer func() {
		// BUG(test, deferredclose): Overwritten puts Close's nil in place of
		// Copy's error: half a backup is uploaded, and the caller is told nil.
		err = object.Close()
	}()
	if _, err := io.Copy(object, backup); err != nil {
		return fmt.Errorf("uploading: %w", err)
	}
	return nil
}

// FlushedLate exports records as CSV. Compare [WriteCSV].
func FlushedLate(to io.Writer, records iter.Seq[[]string]) error {
	w := csv.NewWriter(to)
	// BUG(test): FlushedLate defers a Flush that returns nothing and keeps its
	// error for Error, which was asked before: the last rows are lost unheard.
	defer w.Flush()
	for record := range records {
		if err := w.Write(record); err != nil {
			return fmt.Errorf("writing record: %w", err)
		}
	}
	return w.Error()
}

// RenamedFirst replaces the configuration of a service. Compare [Replace].
func RenamedFirst(
	temp io.WriteCloser,
	write func(io.Writer) error,
	rename func() error,
) (err error) {
	w := bufio.NewWriter(temp)
	// BUG(test): RenamedFirst flushes and closes after it has renamed: the disk
	// is full, the error says so, and an empty file has replaced the old one.
	defer func() { err = errors.Join(err, w.Flush(), temp.Close()) }()
	if err := write(w); err != nil {
		return fmt.Errorf("writing temporary file: %w", err)
	}
	return rename()
}
