package inspecting

import (
	"errors"
	"io/fs"
	"net/http"
	"time"
)

// Compared reads a configuration and falls back to the default one if there is
// none. Compare [Status].
func Compared(files fs.FS, fallback string) (string, error) {
	text, err := fs.ReadFile(files, "service.conf")
	// BUG(test, errorlint): Compared asks with ==, but ReadFile wraps: there is
	// no file, and the service does not start instead of using its default.
	if err == fs.ErrNotExist {
		return fallback, nil
	}
	return string(text), err
}

// Asserted returns how long to wait before the next try. Compare [RetryAfter].
func Asserted(err error) time.Duration {
	// BUG(test, errorlint): Asserted's type assertion looks at the outermost
	// error only: wrapped, the server's Retry-After is overlooked.
	if e, ok := err.(*StatusError); ok {
		return e.After
	}
	return 0
}

// Switched returns the HTTP status to answer with. Compare [Status].
func Switched(err error) int {
	// BUG(test, errorlint): Switched's cases look at the outermost error only:
	// wrapped, the status of the server that failed becomes 500.
	switch e := err.(type) {
	case nil:
		return http.StatusOK
	case *StatusError:
		return e.Code
	default:
		return http.StatusInternalServerError
	}
}

// A QuotaError says that a tenant has used up what it may.
type QuotaError struct{ Tenant string }

// Error names the tenant. Its receiver is a value: both QuotaError and
// *QuotaError are errors, and two types.
func (e QuotaError) Error() string { return "quota exceeded: " + e.Tenant }

func reserve(tenant string, free int) error {
	if free <= 0 {
		return &QuotaError{tenant}
	}
	return nil
}

// ByValue returns whom to write to: the tenant if it is the quota. Give Error a pointer
// receiver, as [StatusError] has, and the wrong question does not compile.
func ByValue(tenant string, free int) (writeTo string) {
	err := reserve(tenant, free)
	// BUG(test): ByValue seeks a QuotaError where reserve returns a pointer to
	// one: AsType finds nothing, and the tenant is never told.
	if e, ok := errors.AsType[QuotaError](err); ok {
		return e.Tenant
	}
	return "on-call"
}

// An Answer says with which status an error is answered. Its Target is what
// errors.As shall find: a pointer to a variable of the error's type.
type Answer struct {
	Target any
	Status int
}

// Answers is a table of that kind. Compare [Status].
func Answers() []Answer {
	return []Answer{
		// BUG(panic): Answers has an error in its table where As wants a pointer
		// to one, which vet cannot see through an any: the first error panics.
		{Target: QuotaError{}, Status: http.StatusTooManyRequests},
	}
}

// dispatch returns the status that answers has for err.
func dispatch(err error, answers []Answer) int {
	for _, a := range answers {
		if errors.As(err, a.Target) {
			return a.Status
		}
	}
	return http.StatusInternalServerError
}
