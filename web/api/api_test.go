package api

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLimiter_givesEachClientItsRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter(2, 3)
		for range 3 {
			require.Zero(t, l.Wait("a"))
		}
		wait := l.Wait("a")
		assert.Equal(t, 500*time.Millisecond, wait)
		assert.Equal(t, wait, l.Wait("a"), "a refused request costs nothing")
		assert.Zero(t, l.Wait("b"), "nor does it cost another client")
		time.Sleep(wait)
		assert.Zero(t, l.Wait("a"))
	})
}

func TestLimiter_forgetsWhoCouldBeginAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter(2, 3)
		for i := range 1000 {
			l.Wait(fmt.Sprint(i))
		}
		l.Wait("busy")
		time.Sleep(time.Second)
		l.Wait("busy")
		time.Sleep(500 * time.Millisecond) // the buckets of the thousand are full
		l.Wait("new")
		assert.Len(t, l.clients, 2)
	})
}

func TestRetryAfter_roundsUp(t *testing.T) {
	t.Parallel()
	for wait, text := range map[time.Duration]string{1: "1", time.Second: "1", time.Second + 1: "2"} {
		assert.Equal(t, text, RetryAfter(wait))
	}
}

func TestRequestID_takesWhatIsFitForALog(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "abc-1", RequestID("abc-1"))
	for _, unfit := range []string{"", "a b", "a\nb", "ü", strings.Repeat("a", 65)} {
		got := RequestID(unfit)
		assert.NotEqual(t, unfit, got)
		assert.Equal(t, got, RequestID(got), "what it makes is fit")
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		header        string
		allows, fresh bool
	}{
		{"", true, false},
		{"*", true, true},
		{`"3"`, true, true},
		{`W/"3"`, false, true}, // If-Match compares strongly, If-None-Match weakly
		{`"2" , "3"`, true, true},
		{`"2"`, false, false},
		{"3", false, false},
		{",", true, false}, // a list of nothing is no header
	} {
		assert.Equal(t, c.allows, ParseMatch(c.header).Allows(3), "If-Match: %s", c.header)
		assert.Equal(t, c.fresh, ParseMatch(c.header).Fresh(3), "If-None-Match: %s", c.header)
	}
}

func TestProblemOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err    error
		status int
	}{
		{ErrNotFound, 404},
		{ErrTaken, 409},
		{ErrStale, 412},
		{ErrKeyReused, 422},
		{Invalid{{"wrong", "body"}}, 422},
		{ErrUnavailable, 503},
		{context.DeadlineExceeded, 503},
		{NewProblem(418, ""), 418},
		{errors.New("dial 10.0.0.7"), 500},
	} {
		p := ProblemOf(fmt.Errorf("wrapped: %w", c.err))
		assert.Equal(t, c.status, p.Status, c.err)
		assert.NotContains(t, p.Detail, "wrapped", "what wraps an error is for the log")
	}
	assert.Empty(t, ProblemOf(errors.New("dial 10.0.0.7")).Detail)
}
