// Package inspecting asks an error what it is. It shows three questions that get
// no answer once somebody wraps the error, one that never gets any, and one that
// panics. It belongs to part 5.2 of the guide.
//
// An error is a tree: itself, what it wraps, what that wraps. The operators of
// the language look at the root only, and so a word of context, added in
// another package and by another team, changes what they answer:
//
//	handler                        store
//	                               return ErrGone
//	err == ErrGone   // true: 410
//
//	                               // a release later
//	                               return fmt.Errorf("read %s: %w", key, ErrGone)
//	err == ErrGone   // false: 500
//
// # What to write
//
//   - [errors.Is] for which error it is: a value somewhere in the tree equals
//     the target, or says so in a method Is.
//   - [errors.AsType] (since Go 1.26) for what the error knows: the first one of
//     that type ([RetryAfter]). The guide has [errors.As], which takes a pointer
//     to a variable, uses reflection and panics where that is not such a pointer;
//     AsType takes a type, which the compiler checks. It does not allocate, and
//     takes a ninth of the time below two wrappers (BenchmarkAs).
//   - A method Is of your own where one error answers to several names, as 404
//     to "does not exist" ([StatusError.Is]). It looks at the target and never
//     unwraps: Is walks the tree.
//   - A method Unwrap() []error where an error holds several and knows more of
//     each than Join does ([BatchError]). Is and AsType walk into all of them,
//     depth first; errors.Unwrap does not.
//
// Ask for what decides the next step, and once, at the border where errors
// become answers ([Status]). A caller that does nothing else with it than to
// return it needs no question.
//
// # What finds it
//
// errorlint reports ==, type assertions and switches on errors. go vet's
// errorsas reports As with a target that is no pointer, or one to a type that is
// no error, and the compiler the same for AsType, where it can see the type;
// behind an any it cannot ([Answers]). That a type is right and the pointer
// wrong, nobody sees ([ByValue]): it compiles whenever the methods have a value
// as receiver. With pointer receivers the compiler refuses it.
package inspecting

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"time"
)

// A StatusError is an answer of a server other than the one hoped for.
type StatusError struct {
	Code  int           // the HTTP status
	After time.Duration // what the Retry-After header asks for, 0 without one
}

// Error names the status.
func (e *StatusError) Error() string {
	return fmt.Sprintf("status %d %s", e.Code, http.StatusText(e.Code))
}

// Is lets a StatusError answer to the errors that package fs names, as
// [syscall.Errno.Is] does, so that callers need not know that the files come
// from a server.
func (e *StatusError) Is(target error) bool {
	switch target {
	case fs.ErrNotExist:
		return e.Code == http.StatusNotFound || e.Code == http.StatusGone
	case fs.ErrPermission:
		return e.Code == http.StatusUnauthorized ||
			e.Code == http.StatusForbidden
	}
	return false
}

// RetryAfter returns how long the server that sent err wants to be left alone,
// and whether it said so.
func RetryAfter(err error) (time.Duration, bool) {
	e, ok := errors.AsType[*StatusError](err)
	if !ok || e.After <= 0 {
		return 0, false
	}
	return e.After, true
}

// Status returns the HTTP status to answer with when err ended the work: 200
// for nil, and 500 for an error that it has no other answer for.
func Status(err error) int {
	switch {
	case err == nil:
		return http.StatusOK
	case errors.Is(err, fs.ErrNotExist):
		return http.StatusNotFound
	case errors.Is(err, fs.ErrPermission):
		return http.StatusForbidden
	}
	return http.StatusInternalServerError
}

// A BatchError says which items of a batch failed, and why. The zero value is
// ready to use.
type BatchError struct {
	failed map[int]error
}

// Add notes that the item failed. A nil err is not noted.
func (e *BatchError) Add(item int, err error) {
	if err == nil {
		return
	}
	if e.failed == nil {
		e.failed = map[int]error{}
	}
	e.failed[item] = err
}

// Err returns e, or nil if no item failed. Return this, not e: a *BatchError
// in an error is never nil (see package typed).
func (e *BatchError) Err() error {
	if len(e.failed) == 0 {
		return nil
	}
	return e
}

// Items returns the items that failed, in ascending order.
func (e *BatchError) Items() []int {
	items := make([]int, 0, len(e.failed))
	for item := range e.failed {
		items = append(items, item)
	}
	slices.Sort(items)
	return items
}

// Error says how many items failed, and why the first one did.
func (e *BatchError) Error() string {
	items := e.Items()
	if len(items) == 0 {
		return "no item failed"
	}
	return fmt.Sprintf("%d items failed, first item %d: %v",
		len(items), items[0], e.failed[items[0]])
}

// Unwrap returns the errors in the order of their items.
func (e *BatchError) Unwrap() []error {
	var all []error
	for _, item := range e.Items() {
		all = append(all, e.failed[item])
	}
	return all
}
