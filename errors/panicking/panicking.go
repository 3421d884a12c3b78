// Package panicking says when a panic is right, and shows four that should
// have been an error, or were taken for one. It belongs to part 5.4 of the
// guide.
//
// An error goes to the caller, who decides. A panic goes past every caller
// that did not expect it, to the top of its goroutine, and ends the process.
// Bad input is expected. A panic for it lets one customer end the work of all:
//
//	job 41                         job 42
//	ship(41)
//	                               strconv.Atoi("42 ")
//	                               panic(err)
//	// never shipped: exit status 2
//
// net/http recovers the panic of a handler and drops the connection: the
// server stays up, the client gets no status ([MustOnInput]). A goroutine that
// the handler has started is not recovered.
//
// # What to write
//
//   - What comes from outside returns an error: [ShipAll], [Matches],
//     [ParseKind].
//   - A Must function is for a constant, when the program starts: a wrong one
//     never gets past the first test (the regular expression of [Eval]).
//   - A panic says that the program is wrong, not the input. [Fee] may demand a
//     valid [Kind], because [ParseKind] has refused all others.
//   - A recursive parser or encoder may unwind by panic, as text/template's
//     parser and Go 1.26's encoder of JSON do. Then every exported function of the package recovers
//     its own type, and panics again with all else ([Eval]). Its depth has a
//     limit: the runtime's stack overflow is fatal, and no recover sees it.
//
// The guide allows panic in "unrecoverable cases". Ask whose mistake it is: a
// lost database may be beyond recovery, and is an error all the same.
//
// # What finds it
//
// The panic itself, once a test gives the bad input. No linter here tells a
// Must with a constant from one with a request's text, nor a recover that takes
// too much ([RecoverAll]). For a parser, let a fuzz test write the bad input.
package panicking

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// variable is a constant of the program: a mistake in it is a bug, and shows
// when the package is loaded.
var variable = regexp.MustCompile(`^[a-z]+$`)

// ShipAll ships the orders whose numbers are good, and returns what is wrong
// with the others, joined.
func ShipAll(orders []string, ship func(order int)) error {
	var errs []error
	for _, text := range orders {
		n, err := strconv.Atoi(text)
		if err != nil {
			errs = append(errs, fmt.Errorf("order number: %w", err))
			continue
		}
		ship(n)
	}
	return errors.Join(errs...)
}

// Matches reports whether the pattern, which may come from a user, matches.
func Matches(pattern, line string) (bool, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return false, fmt.Errorf("reading the pattern: %w", err)
	}
	return re.MatchString(line), nil
}

// A Kind is what is sent. Only the constants are valid.
type Kind int

// The kinds.
const (
	Letter Kind = iota + 1
	Parcel
)

// ParseKind returns the kind of that name.
func ParseKind(name string) (Kind, error) {
	switch name {
	case "letter":
		return Letter, nil
	case "parcel":
		return Parcel, nil
	}
	return 0, fmt.Errorf("no kind is named %q", name)
}

// Fee returns what a kind costs, in cents. It panics if k is none of the
// constants: that is a bug of the caller, for whom no error would help.
func Fee(k Kind) int {
	switch k {
	case Letter:
		return 95
	case Parcel:
		return 549
	}
	panic(fmt.Sprintf("panicking: no fee for Kind(%d)", int(k)))
}

// A SyntaxError says where a text is wrong.
type SyntaxError struct {
	Offset int // in bytes
	Msg    string
}

// Error returns the message with the offset before it.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("at byte %d: %s", e.Offset, e.Msg)
}

// Eval computes a sum such as 2-(a-1), with value for the names. Its error is
// a [*SyntaxError]. A panic of value goes on to the caller.
func Eval(text string, value func(name string) int) (n int, err error) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case *SyntaxError:
			n, err = 0, v
		default:
			panic(v) // not ours: a bug must not look like bad input
		}
	}()
	p := parser{text: text, value: value}
	return p.all(), nil
}

// maxDepth is how many parentheses may be open at once.
const maxDepth = 1000

// A parser has no error to hand up: fail unwinds to the exported function.
type parser struct {
	text  string
	pos   int
	depth int
	value func(string) int
}

func (p *parser) fail(msg string) { panic(&SyntaxError{p.pos, msg}) }

// skip steps over b if it comes next.
func (p *parser) skip(b byte) bool {
	if p.pos < len(p.text) && p.text[p.pos] == b {
		p.pos++
		return true
	}
	return false
}

func (p *parser) all() int {
	n := p.sum()
	if p.pos < len(p.text) {
		p.fail("the sum should end here")
	}
	return n
}

func (p *parser) sum() int {
	n := p.term()
	for {
		switch {
		case p.skip('+'):
			n += p.term()
		case p.skip('-'):
			n -= p.term()
		default:
			return n
		}
	}
}

func (p *parser) term() int {
	if p.skip('(') {
		if p.depth++; p.depth > maxDepth {
			p.fail("nested too deeply")
		}
		n := p.sum()
		if !p.skip(')') {
			p.fail("missing )")
		}
		p.depth--
		return n
	}
	word := p.text[p.pos:]
	if end := strings.IndexAny(word, "+-()"); end >= 0 {
		word = word[:end]
	}
	if n, err := strconv.Atoi(word); err == nil {
		p.pos += len(word)
		return n
	}
	if !variable.MatchString(word) {
		p.fail("neither a number nor a name")
	}
	p.pos += len(word)
	return p.value(word)
}
