package messages

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func missing() error {
	return &fs.PathError{Op: "open", Path: "app.json", Err: errors.New("no such file")}
}

func TestCapitalised(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		err := fmt.Errorf("starting: %w, retrying", Capitalised(nil))
		assert.EqualError(t, err, "starting: Address is missing., retrying")
	})
}

// The near-miss: alone on its line, it looks right.
func TestCapitalised_alone(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		require.EqualError(t, Capitalised(nil), "Address is missing.")
		assert.NoError(t, Capitalised(map[string]string{"address": ":80"}))
	})
}

func TestTower(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		err := Tower(missing)
		require.EqualError(t, err, "error: failed to start: "+
			"failed to load settings: open app.json: no such file")
		assert.Equal(t, 2, strings.Count(err.Error(), "failed to"))
		before, _, _ := strings.Cut(err.Error(), "open")
		assert.Len(t, strings.Fields(before), 8)
	})
}

// The near-miss: on one floor nobody minds.
func TestTower_ofNoHeight(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		err := fmt.Errorf("failed to start: %w", missing())
		require.EqualError(t, err, "failed to start: open app.json: no such file")
		assert.NoError(t, Tower(func() error { return nil }))
	})
}

func TestStart_saysWhatWasBeingDone(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		fine := func() error { return nil }
		err := fmt.Errorf("starting: %w", Start(missing, fine))
		require.EqualError(t, err,
			"starting: loading settings: open app.json: no such file")
		require.EqualError(t, Start(fine, missing),
			"listening: open app.json: no such file")
		assert.NoError(t, Start(fine, fine))
	})
}

// The URLs have the password s3cret.
const (
	good     = "postgres://anna:s3cret@db:5432/orders"
	mistyped = "postgres://anna:s3cret@db:54x2/orders"
)

// slash has a password with a slash, which should have been written %2F.
var slash = strings.Replace(good, "s3cret", "s3/cret", 1)

var errRefused = errors.New("connection refused")

func refuse(*url.URL) error { return errRefused }

func TestPasswordInError(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		require.ErrorContains(t, PasswordInError(good, refuse), "s3cret")
		require.ErrorContains(t, PasswordInError(mistyped, refuse), "s3cret")
	})
}

// The near-miss: a URL without a password.
func TestPasswordInError_withoutOne(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		err := PasswordInError("postgres://db/orders", refuse)
		require.EqualError(t, err,
			"connecting to postgres://db/orders: connection refused")
	})
}

func TestConnect_keepsThePassword(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		err := Connect(good, refuse)
		require.ErrorIs(t, err, errRefused)
		require.EqualError(t, err, "connecting to "+
			"postgres://anna:xxxxx@db:5432/orders: connection refused")
		for _, malformed := range []string{mistyped, slash} {
			err := Connect(malformed, refuse)
			require.EqualError(t, err, "the database's URL is malformed")
			require.NoError(t, errors.Unwrap(err), "nothing to ask further")
		}
		var dialled string
		err = Connect(good, func(u *url.URL) error { dialled = u.String(); return nil })
		require.NoError(t, err)
		assert.Equal(t, good, dialled)
	})
}

// Why Connect does not go on with the inner error either.
func TestConnect_couldNotReturnTheInnerError(t *testing.T) {
	t.Parallel()
	_, err := url.Parse(slash)
	outer, ok := errors.AsType[*url.Error](err)
	require.True(t, ok)
	assert.NotContains(t, outer.Err.Error(), "cret")
	assert.Contains(t, outer.Err.Error(), "s3", "half of the password")
}

// ask returns the answer to a request.
func ask(
	ctx context.Context,
	handler http.HandlerFunc,
) (status int, body string) {
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
	handler(w, r)
	return w.Code, w.Body.String()
}

var errLookup = errors.New("relation orders: host db-7.internal: timeout")

func TestErrorToUser(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		status, body := ask(t.Context(), ErrorToUser(func(*http.Request) error { return errLookup }))
		assert.Equal(t, 500, status)
		assert.Contains(t, body, "db-7.internal")
	})
}

// The near-miss: all is well.
func TestErrorToUser_withoutAnError(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		status, body := ask(t.Context(), ErrorToUser(func(*http.Request) error { return nil }))
		assert.Equal(t, 200, status)
		assert.Empty(t, body)
	})
}

func TestReply_tellsTheUserWhatIsForUsers(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		for _, c := range []struct {
			err    error
			status int
			body   string
		}{
			{errLookup, 500, "Something went wrong.\n"},
			{
				fmt.Errorf("asking: %w", &PublicError{404, "We know no such order.", errLookup}),
				404, "We know no such order.\n",
			},
		} {
			var out strings.Builder
			log := slog.New(slog.NewTextHandler(&out, nil))
			status, body := ask(t.Context(), func(w http.ResponseWriter, r *http.Request) {
				Reply(r.Context(), w, log, c.err)
			})
			assert.Equal(t, c.status, status)
			assert.Equal(t, c.body, body)
			assert.Contains(t, out.String(), "db-7.internal", "the log has it all")
			assert.ErrorIs(t, c.err, errLookup)
		}
	})
}
