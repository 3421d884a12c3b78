// Package messages writes errors that read well when others are put before
// them, and shows four that do not, or that say too much. It belongs to part
// 5.4 of the guide.
//
// An error is read at the end of a line that others have begun. Each of them
// writes "what I did: " before what it was given, so a message is a part of a
// sentence and not a sentence:
//
//	starting: loading settings: open app.json: no such file or directory
//	Failed to start: Error: Failed to load settings.: open app.json: …
//
// # What to write
//
//   - Lower case, no full stop, no line break (Go Code Review Comments, "Error
//     Strings"). A name keeps its capital letter: "TLS handshake".
//   - What was being done, and with what: "loading settings". Not that it
//     failed: an error says that by being one ([Start]).
//   - No secret. Errors go to logs, which more people read, and for longer.
//     Redacted takes the password out of a URL. An error of url.Parse quotes
//     the whole URL, and the error in it a part: it cannot go on ([Connect]).
//   - The user gets a text that was written for users, and never err.Error()
//     ([Reply]). The log gets the error.
//
// # What finds it
//
// staticcheck's ST1005 reports a capital letter at the beginning, and a full
// stop, a colon, an exclamation mark or a line break at the end; revive's
// error-strings does too. Both look at the constant texts of errors.New and
// fmt.Errorf. ST1005 is on in golangci-lint's default, which shows one finding
// a line unless uniq-by-line is off. No linter sees a tower of "failed to", a
// password, or that the reader is a stranger: read the error of the whole path
// in a test.
package messages

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
)

// Start reads the settings and begins to listen.
func Start(load, listen func() error) error {
	if err := load(); err != nil {
		return fmt.Errorf("loading settings: %w", err)
	}
	if err := listen(); err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	return nil
}

// errURL has no cause. url.Parse takes a slash for the end of the host, so of
// a password with a slash it reports the first half, as an invalid port.
var errURL = errors.New("the database's URL is malformed")

// Connect dials a database. Its error has the URL without the password. What
// dial says, it passes on, and what stands behind the ? of the URL: a token
// there is not taken out by Redacted.
func Connect(database string, dial func(*url.URL) error) error {
	u, err := url.Parse(database)
	if err != nil {
		return errURL
	}
	if err := dial(u); err != nil {
		return fmt.Errorf("connecting to %s: %w", u.Redacted(), err)
	}
	return nil
}

// A PublicError has something to say to a user.
type PublicError struct {
	Status int    // of HTTP
	Text   string // a sentence, for the user
	Err    error  // for the log; never nil
}

// Error returns the text of Err, as Text is for users.
func (p *PublicError) Error() string { return p.Err.Error() }

// Unwrap returns Err.
func (p *PublicError) Unwrap() error { return p.Err }

// Reply answers a request that has failed with the text of the [PublicError] in
// err, or with none of err's. It logs err as it is.
func Reply(
	ctx context.Context,
	w http.ResponseWriter,
	log *slog.Logger,
	err error,
) {
	log.ErrorContext(ctx, "request failed", "err", err)
	status, text := http.StatusInternalServerError, "Something went wrong."
	if p, ok := errors.AsType[*PublicError](err); ok {
		status, text = p.Status, p.Text
	}
	http.Error(w, text, status)
}
