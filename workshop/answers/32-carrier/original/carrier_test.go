package carrier

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// A roundTripper answers as it likes.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestDays(t *testing.T) {
	carrier := roundTripper(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader("3"))}, nil
	})
	if days, err := Days(t.Context(), carrier, "4711"); days != 3 || err != nil {
		t.Errorf("Days returned %d, %v.", days, err)
	}
}
