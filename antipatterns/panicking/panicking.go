// Package panicking shows five ways in which bad input ends a program, four of
// them without the word panic, and returns an error instead. It belongs to part
// 14 of the guide, anti-pattern 3.
//
// An error goes to the caller, who may keep the old value, skip the one job, or
// answer 400. A panic asks nobody:
//
//	admin                       server, with 800 requests under way
//	limit = 1oo
//	kill -HUP
//	                            Reload: panic: parsing "1oo"
//	                            // exit status 2, and again at each restart
//
// Ask in the review: can input, a file or the network bring the program to this
// line? Then it is an error.
//
// # What to write
//
//   - A function that reads input returns an error; its caller decides that
//     the old limit stays in force ([Limiter.Reload]).
//   - Only main ends the process, when it has nothing open: log.Fatal and
//     os.Exit run no deferred call, and nothing recovers them ([Rates]).
//   - Every index, slice and type assertion on input has its check: ok, len,
//     or a function that checks, such as strings.CutPrefix ([Token],
//     [Recipient]).
//   - Must is for a constant in the source, at start: a wrong one never gets
//     past the first test. For a text that a customer wrote, call what Must
//     calls ([NewGreeting]).
//
// net/http recovers a handler's panic and drops the connection; a job runner, a
// goroutine or a command has nothing like it. Package errors/panicking has
// more: when a panic is right, and what a recover must let pass.
//
// # What finds it
//
//   - panic: forbidigo, with the pattern ^panic$. It cannot tell bad input from
//     a broken invariant, so it is off in goguide's .golangci.yml.
//   - log.Fatal, os.Exit: revive's deep-exit, outside of main; off there too.
//     gocritic, only where the same function has a defer that would not run.
//   - x.(T): forcetypeassert, and errcheck with check-type-assertions
//     ([Notify]).
//   - An index, and a Must of a variable: none of golangci-lint's linters, all
//     enabled. forbidigo can forbid each Must, the good ones too.
//
// Of the detectors, panic, once a test brings the bad input: let a fuzz test
// write it. An exit is no panic, and no detector reports it ([LoadRates]).
package panicking

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"text/template"
)

// ErrNoToken says that a request has no bearer token.
var ErrNoToken = errors.New("no bearer token")

// welcome is a constant of the program, so Must is right.
var welcome = template.Must(template.New("welcome").Parse("Welcome, {{.}}!"))

// A Limiter knows how many requests are let in a second; at first, none. It may
// be used by many callers at once and must not be copied.
type Limiter struct{ limit atomic.Int64 }

// Limit returns the limit in force.
func (l *Limiter) Limit() int { return int(l.limit.Load()) }

// Reload sets the limit to the number in text, which must be above 0. If it
// returns an error, the limit stays as it was.
func (l *Limiter) Reload(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil {
		return fmt.Errorf("limit: %w", err)
	}
	if n <= 0 {
		return fmt.Errorf("limit: %d is not above 0", n)
	}
	l.limit.Store(int64(n))
	return nil
}

// Rates reads the exchange rates of today.
func Rates(read func() ([]byte, error)) ([]byte, error) {
	rates, err := read()
	if err != nil {
		return nil, fmt.Errorf("exchange rates: %w", err)
	}
	return rates, nil
}

// Token returns the token in an Authorization header, or [ErrNoToken].
func Token(header string) (string, error) {
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "bearer") || token == "" {
		return "", ErrNoToken
	}
	return token, nil
}

// Recipient returns the address in the arguments of a job.
func Recipient(args map[string]any) (string, error) {
	to, ok := args["to"].(string)
	if !ok {
		return "", fmt.Errorf("recipient: %T is no address", args["to"])
	}
	return to, nil
}

// A Greeting is a mail's text with room for a name.
type Greeting struct{ text *template.Template }

// Welcome is the greeting of who has none of their own.
func Welcome() Greeting { return Greeting{welcome} }

// NewGreeting returns the greeting that a customer wrote, with {{.}} for the
// name, or what is wrong with it.
func NewGreeting(text string) (Greeting, error) {
	t, err := template.New("greeting").Parse(text)
	if err != nil {
		return Greeting{}, fmt.Errorf("greeting: %w", err)
	}
	return Greeting{t}, nil
}

// To returns the text for a name.
func (g Greeting) To(name string) (string, error) {
	var b strings.Builder
	if err := g.text.Execute(&b, name); err != nil {
		return "", fmt.Errorf("greeting %s: %w", name, err)
	}
	return b.String(), nil
}
