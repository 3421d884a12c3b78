// Package values carries the data of a request in a ctx. It shows a key that
// nobody else can have, the typed form of it, and three ways to read the wrong
// value or none. It belongs to part 4.4 of the guide.
//
// A ctx is a list of pairs, and Value walks it from the newest to the oldest
// until a key is equal, in type and value, to the one asked for. A key that two
// packages can both write is one key:
//
//	package values                    package billing
//	WithValue(ctx, "user", "anna")
//	                                  WithValue(ctx, "user", "account 9")
//	ctx.Value("user")  // account 9: the audit names the wrong user
//
// # What to write
//
// An unexported key and two exported functions, so that the key and the type
// of the value are known to one package ([WithUserID], [UserID]). Three kinds
// of key do it:
//
//   - type userIDKey struct{}: one type a key. It cannot collide, not even with
//     a key of the same name in another package, and has no text to mistype.
//   - type ctxKey string, the guide's form: one type for all keys of a package.
//     Two packages with such a type do not collide, as the types differ. Two
//     constants of one package with the same text do, and so does everybody
//     who converts a text to the type, once that is exported.
//   - A pointer to a [Key]: the key knows the type of its value, and the pair
//     of functions is written once. It is compared by address, so the type
//     pointed to must not be empty ([EmptyPointer]).
//
// They cost the same. WithValue allocates the ctx, and the value if that is no
// pointer: 2 allocations for a string. Value allocates nothing, and a constant
// key is turned into an interface at compile time. BenchmarkValue finds a value
// below ten others in 23 ns with an empty struct or a pointer and in 27 ns with
// a string: what counts is the depth, about 2 ns a ctx.
//
// The ctx is for what belongs to the request and passes through functions that
// do not look at it: its ID, its trace, its user. The guide calls the plain key
// "userID" a business parameter; by its own rule a user's ID is none, and it is
// only the key that is wrong there. What a function needs to do its work is a
// parameter: then the compiler says who forgot it ([AmountInContext]).
//
// # What finds it
//
// staticcheck reports a key of a predeclared type, and the literal struct{}{},
// which is one key for everybody (SA1029); revive's context-keys-type reports
// the first, when it is asked for. go vet reports neither, and none of them an
// exported string type or a pointer to an empty struct, nor do they know what
// belongs into a ctx. The rest takes a test with both packages.
package values

import "context"

// userIDKey is empty, so it costs nothing, and a type of its own, so no other
// key is equal to it.
type userIDKey struct{}

// WithUserID returns a ctx that carries the ID of the user who sent the
// request, in place of an earlier one.
func WithUserID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, userIDKey{}, id)
}

// UserID returns the ID that [WithUserID] has put into ctx, and whether there
// is one. An ID may be empty and there.
func UserID(ctx context.Context) (id string, ok bool) {
	id, ok = ctx.Value(userIDKey{}).(string)
	return id, ok
}

// A Key finds values of type T in a ctx. Declare one variable for each kind of
// value with [NewKey], unexported unless other packages shall set the value.
type Key[T any] struct {
	name string // also keeps the struct from being empty, see EmptyPointer
}

// NewKey returns a key that is equal to no other, be its name the same.
func NewKey[T any](name string) *Key[T] { return &Key[T]{name} }

// WithValue returns a ctx that carries v under k, in place of an earlier one.
func (k *Key[T]) WithValue(ctx context.Context, v T) context.Context {
	return context.WithValue(ctx, k, v)
}

// Value returns what [Key.WithValue] has put into ctx, and whether there is
// something.
func (k *Key[T]) Value(ctx context.Context) (v T, ok bool) {
	v, ok = ctx.Value(k).(T)
	return v, ok
}

// String returns the name, which is what a printed ctx shows for the key.
func (k *Key[T]) String() string { return k.name }
