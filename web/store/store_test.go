package store

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/goguide/web/api"
)

func FuzzEmailKey(f *testing.F) {
	for _, pair := range [][2]string{
		{"Ann@Example.com", "ann@example.COM"},
		{"zoë", "ZOË"},
		{"Straße", "STRASSE"}, // not one for strings.EqualFold
		{"K", "\u212a"},       // the sign of the kelvin is
		{"ſ", "S"},
		{"İ", "i"},
		{"σ", "ς"},
	} {
		f.Add(pair[0], pair[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if IsText(a) && IsText(b) {
			assert.Equal(t, strings.EqualFold(a, b), EmailKey(a) == EmailKey(b), "%q %q", a, b)
		}
	})
}

func TestParseCursor_readsACursor(t *testing.T) {
	t.Parallel()
	for _, serial := range []int64{0, 1, 1<<63 - 1} {
		got, err := ParseCursor(Cursor(serial))
		assert.NoError(t, err)
		assert.Equal(t, serial, got)
	}
}

func TestCheck_namesWhatIsWrong(t *testing.T) {
	t.Parallel()
	assert.NoError(t, CheckDraft("", api.Draft{Name: "Ann", Email: "ann@example.com"}))
	assert.NoError(t, CheckPatch(api.Patch{}))
	v, ok := errors.AsType[api.Invalid](CheckDraft("\x00", api.Draft{Name: "\xff", Email: "\x00"}))
	assert.True(t, ok)
	var where []string
	for _, flaw := range v {
		where = append(where, flaw.Location)
	}
	assert.Equal(t, []string{"header.Idempotency-Key", "body.name", "body.email"}, where)
}

func TestEnded_addsWhyAndKeepsWhat(t *testing.T) {
	t.Parallel()
	over, cancel := context.WithCancel(t.Context())
	cancel()
	interrupted := errors.New("interrupted")
	assert.NoError(t, Ended(over, nil))
	assert.Equal(t, interrupted, Ended(t.Context(), interrupted))
	err := Ended(over, interrupted)
	assert.ErrorIs(t, err, context.Canceled)
	assert.ErrorIs(t, err, interrupted)
	assert.Equal(t, context.Canceled, Ended(over, context.Canceled), "what says so already stays")
}
