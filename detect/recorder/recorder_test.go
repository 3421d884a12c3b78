package recorder

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect/parallel"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestFailures(t *testing.T) {
	t.Parallel()
	assert.Empty(t, Failures(func(t *T) {
		r := strings.NewReader("as it should be")
		_, err := r.ReadByte()
		require.NoError(t, err)
		assert.Equal(t, 14, r.Len())
	}))

	ended := false
	got := Failures(func(t *T) {
		assert.Equal(t, 1, 2)
		require.Fail(t, "no more")
		ended = true
	})
	require.Len(t, got, 2)
	assert.Contains(t, got[0], "Not equal")
	assert.Contains(t, got[0], "recorder_test.go")
	assert.Contains(t, got[1], "no more")
	assert.False(t, ended, "require ends the check")
}

func TestFailures_ofSeveralGoroutines(t *testing.T) {
	t.Parallel()
	got := Failures(func(r *T) {
		parallel.Do(8, func(i int) { r.Errorf("%d", i) })
	})
	assert.ElementsMatch(t, []string{"0", "1", "2", "3", "4", "5", "6", "7"}, got)
}
