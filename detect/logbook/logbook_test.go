package logbook

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"

	"example.com/goguide/detect/parallel"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Each line is whole, whoever else writes and reads.
func TestBook(t *testing.T) {
	t.Parallel()
	var b Book
	assert.Empty(t, b.String())
	log := b.Slog()
	parallel.Do(8, func(i int) {
		log.Info("hello", "i", i)
		assert.Contains(t, b.String(), `"msg":"hello"`)
	})
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	assert.Len(t, lines, 8)
	for _, line := range lines {
		assert.Regexp(t, `^\{"time":"[^"]+","level":"INFO","msg":"hello","i":[0-7]\}$`, line)
	}
}
