package deferred

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
)

// CloseDropped writes rows to file, compressed. Compare [Export].
func CloseDropped(file io.WriteCloser, rows io.Reader) error {
	// BUG(errcheck): CloseDropped loses the error of the file's Close, with which
	// some file systems (NFS, quotas) first say that the disk is full.
	defer file.Close()
	z := gzip.NewWriter(file)
	// BUG(test, errcheck): CloseDropped writes the last block in a deferred
	// Close: on a full disk the file is cut short, and the error is nil.
	defer z.Close()
	if _, err := io.Copy(z, rows); err != nil {
		return fmt.Errorf("exporting: %w", err)
	}
	return nil
}

// Overwritten writes rows to file. Compare [CloseInto].
func Overwritten(file io.WriteCloser, rows io.Reader) (err error) {
	// BUG(test, deferredclose): Overwritten puts Close's nil in place of Copy's
	// error: the connection broke in the middle, and the caller is told nil.
	defer func() { err = file.Close() }()
	_, err = io.Copy(file, rows)
	return err
}

// UnnamedResult writes rows to file, compressed. Compare [Export].
func UnnamedResult(file io.WriteCloser, rows io.Reader) error {
	z := gzip.NewWriter(file)
	var err error
	// BUG(test): UnnamedResult joins Close's error to a variable that return
	// has already copied: the caller is told nil.
	defer func() { err = errors.Join(err, z.Close(), file.Close()) }()
	_, err = io.Copy(z, rows)
	return err
}

// DeferInLoop adds up the sizes of files. Compare [Size].
func DeferInLoop(
	open func(name string) (io.ReadCloser, error),
	names ...string,
) (total int64, err error) {
	for _, name := range names {
		f, failed := open(name)
		if failed != nil {
			return 0, fmt.Errorf("opening: %w", failed)
		}
		// BUG(test): DeferInLoop holds every file open until the last is read:
		// given enough of them, open fails for want of file descriptors.
		defer CloseInto(&err, f)
		n, failed := io.Copy(io.Discard, f)
		if failed != nil {
			return 0, fmt.Errorf("reading: %w", failed)
		}
		total += n
	}
	return total, nil
}

// RollbackDropped does work in a transaction. Compare [InTx].
func RollbackDropped(tx Tx, work func() error) error {
	if err := work(); err != nil {
		// BUG(test, errcheck): RollbackDropped loses Rollback's error: the
		// caller tries again what may still be half done.
		tx.Rollback()
		return err
	}
	return tx.Commit()
}

// RollbackAlways does work in a transaction. Compare [InTx].
func RollbackAlways(tx Tx, work func() error) (err error) {
	// BUG(test): RollbackAlways rolls back after Commit too, and reports that
	// there was nothing to: the money is paid, and the caller pays again.
	defer func() { err = errors.Join(err, tx.Rollback()) }()
	if err := work(); err != nil {
		return err
	}
	return tx.Commit()
}
