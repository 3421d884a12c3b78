// Package deferredclose defines an analyzer that reports a deferred function
// whose error takes the place of another.
//
// # Analyzer deferredclose
//
// deferredclose: report a deferred function that overwrites the error result
//
// A deferred function runs after return has set the results. If it assigns to
// the error among them, the error of the function's work is lost, be it to nil:
//
//	// WRONG
//	func Save(f io.WriteCloser, r io.Reader) (err error) {
//		defer func() { err = f.Close() }()
//		_, err = io.Copy(f, r)
//		return err
//	}
//
//	the err that the function returns is lost here: write
//	err = errors.Join(err, f.Close())
//
//	// RIGHT
//	func Save(f io.WriteCloser, r io.Reader) (err error) {
//		defer func() { err = errors.Join(err, f.Close()) }()
//		_, err = io.Copy(f, r)
//		return err
//	}
//
// The suggested fix keeps the first error and drops the second: that needs no
// import, and no error becomes another one. errors.Join(io.EOF, nil) is not
// io.EOF, so Join is for who compares by errors.Is.
//
//	defer func() {
//		if cerr := f.Close(); err == nil {
//			err = cerr
//		}
//	}()
//
// if cerr := f.Close(); cerr != nil { err = cerr } is reported too. It keeps an
// error, but of two it keeps the one that follows from the other.
//
// # What it does not report
//
//   - A deferred function that looks at the result before it assigns: it asks
//     whether err is nil, wraps it, or joins it.
//   - One that calls recover: where it assigns, nothing was returned yet.
//   - ctx.Err() and context.Cause, which replace an error by its reason, and a
//     variable from outside the literal: these are put there on purpose.
//   - A function that returns nothing but nil below the defer statement.
//   - An err that is no result: nothing is overwritten, the error of Close is
//     lost instead.
//   - A method or a function that is deferred by its name.
//   - Generated files. Tests are reported.
//
// Measured over the same code as the others (see goguidevet): 3 findings, none
// of them false. Of other code none.
package deferredclose
