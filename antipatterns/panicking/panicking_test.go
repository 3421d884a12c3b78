package panicking

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errDown = errors.New("the bank is down")

func TestThrottle_Reload(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var limit Throttle
		limit.Reload("100")
		limit.Reload("1oo")
	})
}

// The near-miss: a number.
func TestThrottle_Reload_ofANumber(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var limit Throttle
		limit.Reload("100")
		assert.Equal(t, int64(100), limit.limit.Load())
	})
}

func TestLimiter_Reload_keepsTheOldLimit(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var l Limiter
		require.NoError(t, l.Reload("100"))
		require.ErrorIs(t, l.Reload("1oo"), strconv.ErrSyntax)
		require.EqualError(t, l.Reload("0"), "limit: 0 is not above 0")
		require.Error(t, l.Reload("-1"))
		assert.Equal(t, 100, l.Limit())
		require.NoError(t, l.Reload("1"))
		assert.Equal(t, 1, l.Limit())
	})
}

func TestLoadRates(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		defer assert.Fail(t, "a deferred call ran")
		defer func() { _ = recover() }()
		LoadRates(func() ([]byte, error) { return nil, errDown })
		assert.Fail(t, "it returned")
	})
}

// No detector reports an exit; the child's end shows it.
func TestLoadRates_exits(t *testing.T) {
	t.Parallel()
	r := detect.Run(t, detect.Panic, func() {
		LoadRates(func() ([]byte, error) { return nil, errDown })
	})
	assert.Equal(t, detect.Silent, r.State)
	assert.Equal(t, detect.Exited, r.End)
}

// The near-miss: main may call log.Fatal, and LoadRates is not called.
func TestLoadRates_ofABankThatAnswers(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.Equal(t, []byte("1.08"),
			LoadRates(func() ([]byte, error) { return []byte("1.08"), nil }))
	})
}

func TestRates_leavesTheDecisionToItsCaller(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		_, err := Rates(func() ([]byte, error) { return nil, errDown })
		require.ErrorIs(t, err, errDown)
		require.EqualError(t, err, "exchange rates: the bank is down")
		rates, err := Rates(func() ([]byte, error) { return []byte("1.08"), nil })
		require.NoError(t, err)
		assert.Equal(t, []byte("1.08"), rates)
	})
}

// enter asks a handler with an Authorization header, or without for "".
func enter(t *testing.T, header string) (status int) {
	handler := Authorized(map[string]bool{"s3cret": true}, http.NotFoundHandler())
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	if header != "" {
		r.Header.Set("Authorization", header)
	}
	w := httptest.NewRecorder()
	handler(w, r)
	return w.Code
}

func TestAuthorized(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { enter(t, "") })
}

// The near-miss: any two words.
func TestAuthorized_withAHeader(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.Equal(t, http.StatusNotFound, enter(t, "Bearer s3cret"))
		assert.Equal(t, http.StatusUnauthorized, enter(t, "Bearer guess"))
	})
}

func TestToken_needsSchemeAndToken(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		for header, want := range map[string]string{
			"Bearer s3cret": "s3cret",
			"bearer s3cret": "s3cret",
			"Bearer a b":    "a b",
			"Bearer ":       "",
			"Bearer":        "",
			"Basic s3cret":  "",
			" s3cret":       "",
			"":              "",
		} {
			token, err := Token(header)
			assert.Equal(t, want, token, header)
			if want == "" {
				assert.ErrorIs(t, err, ErrNoToken, header)
			} else {
				assert.NoError(t, err, header)
			}
		}
	})
}

func TestNotify(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		jobs := [][]byte{[]byte(`{"to": "ana"}`), []byte(`{"cc": "bob"}`)}
		_ = Notify(jobs, func(string) {})
	})
}

// The near-miss: what is no JSON at all is an error.
func TestNotify_ofNoJSON(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var sent []string
		jobs := [][]byte{[]byte(`{"to": "ana"}`), []byte(`{"to"`)}
		require.Error(t, Notify(jobs, func(to string) { sent = append(sent, to) }))
		assert.Equal(t, []string{"ana"}, sent)
	})
}

func TestRecipient_saysWhatIsThereInstead(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		to, err := Recipient(map[string]any{"to": "ana"})
		require.NoError(t, err)
		assert.Equal(t, "ana", to)
		_, err = Recipient(map[string]any{"to": 7})
		require.EqualError(t, err, "recipient: int is no address")
		_, err = Recipient(nil)
		assert.EqualError(t, err, "recipient: <nil> is no address")
	})
}

func TestGreetAll(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		GreetAll(map[string]string{"ana": "Hello, {{.}!"}, func(_, _ string) {})
	})
}

// The near-miss: a text that is no template is one that always parses.
func TestGreetAll_ofPlainText(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var mails []string
		GreetAll(map[string]string{"ana": "Hello, {.}!"},
			func(_, mail string) { mails = append(mails, mail) })
		assert.Equal(t, []string{"Hello, {.}!"}, mails)
	})
}

func TestNewGreeting_returnsTheMistakeInATemplate(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		_, err := NewGreeting("Hello, {{.}!")
		require.ErrorContains(t, err, "greeting: ")
		g, err := NewGreeting("Hello, {{.}}!")
		require.NoError(t, err)
		mail, err := g.To("ana")
		require.NoError(t, err)
		assert.Equal(t, "Hello, ana!", mail)
		mail, err = Welcome().To("bob")
		require.NoError(t, err)
		assert.Equal(t, "Welcome, bob!", mail)
		g, err = NewGreeting("Hello, {{.Name}}!") // parses: a string has no Name
		require.NoError(t, err)
		_, err = g.To("ana")
		assert.ErrorContains(t, err, "greeting ana: ")
	})
}

func FuzzToken(f *testing.F) {
	for _, header := range []string{"Bearer s3cret", "Bearer", " ", ""} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		token, err := Token(header)
		assert.Equal(t, token == "", err != nil)
	})
}
