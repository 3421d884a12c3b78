// Package embeddedbloat defines an analyzer that reports an interface which is
// large by what it embeds.
//
// # Analyzer embeddedbloat
//
// embeddedbloat: report an interface of more than ten methods, by embedding
//
// The linter interfacebloat counts the lines of an interface, and an embedded
// interface is one line. Whoever implements it writes all its methods:
//
//	// WRONG
//	type Shop interface {
//		Reads  // six methods
//		Writes // five others
//	}
//
//	func Total(ctx context.Context, s Shop, items ...string) (int, error)
//
//	the interface has 11 methods, 11 of them by embedding: declare an
//	interface of the few that are called, where they are called
//
//	// RIGHT
//	type Pricer interface {
//		Price(ctx context.Context, item string) (int, error)
//	}
//
//	func Total(ctx context.Context, p Pricer, items ...string) (int, error)
//
// # What it does not report
//
//   - An interface that writes down more than ten itself: interfacebloat does.
//   - Methods of another module, or of the standard library: who embeds
//     net.Conn cannot split it. Without a module, methods of another package.
//   - An interface that only its module can implement: it has a method without
//     an exported name, or with a parameter of an internal package.
//   - A constraint, which is not the type of a value.
//   - Generated files. Tests are reported.
//
// Measured over the same code as the others (see goguidevet): 13 findings. One
// is false, an interface for tests that puts four small ones together. One is
// in doubt: nobody but its package implements it, which nothing in it says. Of
// other code 27: one is false, for it only names what a struct embeds, and one
// in doubt, as for tests.
package embeddedbloat
