// Package ignored shows what an error costs that nobody looks at: five ways to
// throw it away, each with what goes on in its place. It belongs to part 5.4 of
// the guide.
//
// An error is a result like any other. The compiler lets a call stand alone,
// with all its results dropped, and the program goes on as if it had worked:
//
//	pay(4200)       // card declined
//	return ship()   // nil: all is well
//
// The other result of the call is no help, for it is the zero value by custom:
// 0 where 0 means "no limit", no rights, an empty name. It looks like data.
//
// # What to write
//
//   - Return it with what was being done ([Buy]). That is nearly always right:
//     the caller knows more.
//   - Handle the one error that has a meaning, and return the others. No file
//     is no rights; no permission, or no network, is not ([Rights]).
//   - A default is for what is missing. What is there and wrong is an error
//     ([Limit]).
//   - Work may go on without a step that only helps. Then its error still goes
//     somewhere: to a counter, or a log ([Page]).
//   - Some calls cannot fail and say so in their documentation: Write of a
//     bytes.Buffer, a strings.Builder, a hash.Hash. For those errcheck asks
//     nothing. For the rest a blank has its reason beside it.
//
// # What finds it
//
// errcheck reports a call whose error is dropped without a word ([BareCall]).
// A blank is a word to it: [BlankError] and [BlankNumber] pass, until the
// option check-blank is set, which reports both, and each blank that is right
// too. nilerr reports a nil that is returned where an error was just found
// ([NilReturned]). It goes silent when the block does anything with the error,
// such as log it. An error that another one overwrites is seen by ineffassign,
// wastedassign and staticcheck's SA4006 ([OverwrittenError]). go vet and the
// race detector report none of the five: nothing is wrong but the result.
package ignored

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
)

// Buy pays and then ships. Nothing is shipped that is not paid for.
func Buy(pay func(cents int) error, ship func() error) error {
	if err := pay(4200); err != nil {
		return fmt.Errorf("paying: %w", err)
	}
	if err := ship(); err != nil {
		return fmt.Errorf("shipping: %w", err)
	}
	return nil
}

// DefaultLimit is how many messages a customer may send in a minute.
const DefaultLimit = 60

// Limit reads how many messages a customer may send in a minute, at least one.
// An empty setting means [DefaultLimit].
func Limit(setting string) (int, error) {
	if setting == "" {
		return DefaultLimit, nil
	}
	n, err := strconv.Atoi(setting)
	if err != nil {
		return 0, fmt.Errorf("messages a minute: %w", err)
	}
	if n < 1 {
		return 0, fmt.Errorf("messages a minute: %d is less than 1", n)
	}
	return n, nil
}

// Rights returns the rights of a user: none and no error if there is no such
// file, which load tells by fs.ErrNotExist.
func Rights(load func() ([]byte, error)) ([]string, error) {
	text, err := load()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("loading rights: %w", err)
	}
	var rights []string
	if err := json.Unmarshal(text, &rights); err != nil {
		return nil, fmt.Errorf("reading rights: %w", err)
	}
	return rights, nil
}

// Store enters an order into the ledger, and then into the index.
func Store(ledger, index func() error) error {
	if err := ledger(); err != nil {
		return fmt.Errorf("writing to the ledger: %w", err)
	}
	if err := index(); err != nil {
		return fmt.Errorf("writing to the index: %w", err)
	}
	return nil
}

// Page loads a page and puts it into a cache. A cache that fails costs time and
// not the page: its error goes to report.
func Page(
	load func() (string, error),
	put func(page string) error,
	report func(error),
) (string, error) {
	page, err := load()
	if err != nil {
		return "", fmt.Errorf("loading the page: %w", err)
	}
	if err := put(page); err != nil {
		report(fmt.Errorf("caching the page: %w", err))
	}
	return page, nil
}
