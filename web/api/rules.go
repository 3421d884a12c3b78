package api

import (
	"crypto/rand"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Flaw is one rule that a request is against. Its JSON is that of huma's
// ErrorDetail, the one framework here that has such a type.
type Flaw struct {
	Message string `json:"message"`
	// Location is a path into the request: body.email, query.limit.
	Location string `json:"location,omitempty"`
}

// Invalid is an error of the client: all the flaws of one request.
type Invalid []Flaw //nolint:errname // reads as the adjective that it is

func (v Invalid) Error() string {
	texts := make([]string, len(v))
	for i, f := range v {
		texts[i] = f.Location + ": " + f.Message
	}
	return strings.Join(texts, "; ")
}

// orNil returns no error where there is no flaw.
func (v Invalid) orNil() error {
	if len(v) == 0 {
		return nil
	}
	return v
}

// Validate returns an [Invalid] with all the rules that the draft is against.
func (d Draft) Validate() error {
	return append(checkName(d.Name), checkEmail(d.Email)...).orNil()
}

// Validate returns an [Invalid] with all the rules that the patch is against.
func (p Patch) Validate() error {
	var v Invalid
	if p.Name == nil && p.Email == nil {
		v = Invalid{{"expected something to change", "body"}}
	}
	if p.Name != nil {
		v = append(v, checkName(*p.Name)...)
	}
	if p.Email != nil {
		v = append(v, checkEmail(*p.Email)...)
	}
	return v.orNil()
}

func checkName(name string) Invalid {
	if n := utf8.RuneCountInString(name); n < 1 || n > 100 {
		return Invalid{{"expected 1 to 100 characters", "body.name"}}
	}
	return nil
}

// emailForm asks for little: whether an address exists, only a mail to it says.
var emailForm = regexp.MustCompile(`^[^@\s]+@[^@\s]+$`)

func checkEmail(email string) Invalid {
	if utf8.RuneCountInString(email) > 254 || !emailForm.MatchString(email) {
		return Invalid{{"expected an address: name@example.com", "body.email"}}
	}
	return nil
}

// CheckQuery checks that a query can be read at all. url.URL.Query, and the
// frameworks with it, drop what they cannot read: of limit=%zz remains no limit.
func CheckQuery(raw string) error {
	if _, err := url.ParseQuery(raw); err != nil {
		return Invalid{{"expected name=value, escaped where needed", "query"}}
	}
	return nil
}

// ParseLimit reads the parameter limit; none is [DefaultLimit].
func ParseLimit(text string) (int, error) {
	if text == "" {
		return DefaultLimit, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > MaxLimit {
		return 0, Invalid{{fmt.Sprintf("expected a number from 1 to %d", MaxLimit), "query.limit"}}
	}
	return n, nil
}

var keyForm = regexp.MustCompile(`^[!-~]{1,64}$`)

// CheckKey checks an Idempotency-Key, unless there is none.
func CheckKey(key string) error {
	if key == "" || keyForm.MatchString(key) {
		return nil
	}
	return Invalid{{"expected 1 to 64 visible ASCII characters", "header.Idempotency-Key"}}
}

// RequestID returns the id that a client or a proxy gave to a request, if it is
// fit for a log, and else a new one.
func RequestID(given string) string {
	if keyForm.MatchString(given) {
		return given
	}
	return NewID()
}

// NewID returns an id that cannot be guessed: whoever has one was given it.
func NewID() string { return strings.ToLower(rand.Text()) }

// ETag returns the entity tag of a version.
func ETag(version int) string { return strconv.Quote(strconv.Itoa(version)) }

// A Match is what an If-Match or If-None-Match header lists: entity tags, or *.
// The zero Match stands for no header.
type Match struct{ tags []string }

// ParseMatch reads such a header. It does not fail: what is no entity tag just
// matches nothing (RFC 9110, 13.1).
func ParseMatch(header string) Match {
	var m Match
	for tag := range strings.SplitSeq(header, ",") {
		if tag = strings.TrimSpace(tag); tag != "" {
			m.tags = append(m.tags, tag)
		}
	}
	return m
}

// Allows reports whether an If-Match lets a change of this version happen.
func (m Match) Allows(version int) bool { return m.tags == nil || m.has(version, "") }

// Fresh reports whether an If-None-Match says that the client has this version,
// so that 304 is the answer. Here a weak tag is as good as a strong one.
func (m Match) Fresh(version int) bool { return m.has(version, "W/") }

func (m Match) has(version int, prefix string) bool {
	for _, tag := range m.tags {
		if tag == "*" || strings.TrimPrefix(tag, prefix) == ETag(version) {
			return true
		}
	}
	return false
}
