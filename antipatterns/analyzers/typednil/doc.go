// Package typednil defines an analyzer that reports a nil pointer which becomes
// an error, or another interface, that is not nil.
//
// # Analyzer typednil
//
// typednil: report a pointer that may be nil and is returned as an interface
//
// An interface is nil if it holds neither a type nor a value. A nil pointer
// that is returned as an interface brings its type along:
//
//	// WRONG
//	func Check(f Form) error {
//		var failed *FormError
//		if f.Name == "" {
//			failed = &FormError{"name"}
//		}
//		return failed
//	}
//
//	failed may be a nil *FormError here, and a nil pointer in a result of type
//	error is not nil: write var failed error, or return nil where there is none
//
//	// RIGHT
//	func Check(f Form) error {
//		if f.Name == "" {
//			return &FormError{"name"}
//		}
//		return nil
//	}
//
// It follows each local pointer variable, parameters too, along the paths of a
// function, and reports a return that the variable reaches as nil: it was
// declared without a value, was set to nil, or has been found to be nil by a
// comparison.
//
// # What it does not report
//
//   - A pointer that comes from a call. Whether that may be nil is in another
//     function, and vet's nilness does not know it either.
//   - A return with an error beside the pointer: the caller looks at the error.
//   - A result of type any, which is made to hold anything.
//   - A loop that does not run once: var first *T, set in the first turn, and
//     returned after the loop.
//   - The receiver of a method, if that asks whether it is nil.
//   - A pointer whose methods ask for that, or do without the receiver: nil is
//     meant to work there. An error is reported all the same.
//   - A variable whose address is taken, or that a function literal assigns.
//   - An interface that is assigned or passed and not returned. staticcheck's
//     SA4023 and nilness see some of these.
//   - Generated files. Tests are reported.
//
// Conditions that go together are not known to it: where ok is true only if the
// pointer is set, the return below if ok is reported all the same.
//
// Measured over the same code as the others (see goguidevet): no finding, so
// none that is false, and none that is true. Of other code it reported one, a
// pointer whose methods ask for nil, which it leaves alone since.
package typednil
