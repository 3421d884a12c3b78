// Package deferred reports the error of a step that is deferred: Close of what
// was written, Rollback of what has failed. It shows six ways to lose one of
// two errors, or to report one that is none. No part of the guide has it; it
// goes with part 5.
//
// A function that writes has two results: that of its work and that of Close.
// A compressor and a buffer hold the last block until they are closed. On a
// full disk, that is where the error comes:
//
//	io.Copy(z, rows)     // no error: all is in memory
//	return nil           // the caller deletes the rows
//	deferred z.Close()   // no space left on device: nobody looks
//
// # What to write
//
//   - A named result and a deferred [CloseInto] that adds Close's error to it
//     ([Export]). The result must be named: the deferred call runs after
//     return has copied the value of any other variable ([UnnamedResult]).
//     In an inner block, f, err := … declares another err, and its address is
//     not that of the result.
//   - Closers that stand one in another are closed from the inside out. defer
//     does that: what is opened last is closed first.
//   - Rollback belongs to a failed step and to a panic, and its error to that
//     of the step ([InTx]). There is nothing to roll back after Commit.
//   - One file at a time has a function of its own ([Size]): defer waits for
//     the end of the function, not of the loop.
//
// What was only read loses nothing by a failed Close, and a defer f.Close() is
// enough there; errcheck takes an argument to believe it. For a file that must
// survive a power failure even Close's nil is no proof: it is f.Sync that waits
// for the disk (close(2)).
//
// # What finds it
//
// errcheck reports a deferred Close and a bare Rollback; a blank assignment
// silences it and is as wrong. Nothing in golangci-lint sees an error that is
// overwritten, one that is put into a variable which nobody reads any more, or
// a Rollback after Commit: the variable is used, and the call is checked.
// bodyclose and sqlclosecheck look for a Close that is missing, not for its
// error. So test with a writer that fails at the end.
package deferred

import (
	"compress/gzip"
	"database/sql"
	"errors"
	"fmt"
	"io"
)

// CloseInto closes c and adds its error to *err. Defer it in a function with a
// named result:
//
//	defer CloseInto(&err, f)
//
// An *err that alone is not nil stays as it is, so that == still finds io.EOF:
// errors.Join(io.EOF, nil) is another error, with io.EOF in it.
func CloseInto(err *error, c io.Closer) {
	if cerr := c.Close(); cerr != nil {
		*err = errors.Join(*err, fmt.Errorf("closing: %w", cerr))
	}
}

// Export copies rows to file, compressed, and closes it. If its error is nil,
// the file has everything; else what is there is not to be used.
func Export(file io.WriteCloser, rows io.Reader) (err error) {
	defer CloseInto(&err, file)
	z := gzip.NewWriter(file)
	defer CloseInto(&err, z)
	if _, err := io.Copy(z, rows); err != nil {
		return fmt.Errorf("exporting: %w", err)
	}
	return nil
}

// Size returns how many bytes the named files have together. It holds one of
// them open at a time, and stops at the first error.
func Size(
	open func(name string) (io.ReadCloser, error),
	names ...string,
) (total int64, err error) {
	for _, name := range names {
		n, err := size(open, name)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", name, err)
		}
		total += n
	}
	return total, nil
}

func size(
	open func(name string) (io.ReadCloser, error),
	name string,
) (n int64, err error) {
	f, err := open(name)
	if err != nil {
		return 0, fmt.Errorf("opening: %w", err)
	}
	defer CloseInto(&err, f)
	n, err = io.Copy(io.Discard, f)
	if err != nil {
		return 0, fmt.Errorf("reading: %w", err)
	}
	return n, nil
}

// A Tx is an open transaction, such as an *sql.Tx.
type Tx interface {
	Commit() error
	Rollback() error
}

// InTx calls work and commits tx. If work fails it rolls back instead and
// returns work's error, joined with Rollback's: then nobody knows how much of
// the work remains. If work panics, InTx rolls back and the panic goes on.
func InTx(tx Tx, work func() error) (err error) {
	worked := false
	defer func() {
		if worked {
			return // Commit ends tx, even if it fails
		}
		// database/sql rolls back on its own when the ctx of BeginTx ends.
		rerr := tx.Rollback()
		if rerr != nil && !errors.Is(rerr, sql.ErrTxDone) {
			err = errors.Join(err, fmt.Errorf("rolling back: %w", rerr))
		}
	}()
	if err := work(); err != nil {
		return err
	}
	worked = true
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("committing: %w", err)
	}
	return nil
}
