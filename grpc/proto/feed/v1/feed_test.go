package feedv1

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Each kind of stream once.
func TestFeedService_hasEachKindOfStream(t *testing.T) {
	t.Parallel()
	kinds := make(map[string][2]bool)
	for _, s := range FeedService_ServiceDesc.Streams {
		kinds[s.StreamName] = [2]bool{s.ClientStreams, s.ServerStreams}
	}
	assert.Equal(t, map[string][2]bool{
		"Watch": {false, true}, "Publish": {true, false}, "Talk": {true, true},
	}, kinds)
	assert.Empty(t, FeedService_ServiceDesc.Methods)
}
