package feedv1connect

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"

	feedv1 "example.com/goguide/grpc/proto/feed/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Both plugins call the same method by the same path, which is why either's
// client can call the other's server.
func TestProcedures_areThoseOfGRPC(t *testing.T) {
	t.Parallel()
	assert.Equal(t, feedv1.FeedService_Watch_FullMethodName, FeedServiceWatchProcedure)
	assert.Equal(t, feedv1.FeedService_Publish_FullMethodName, FeedServicePublishProcedure)
	assert.Equal(t, feedv1.FeedService_Talk_FullMethodName, FeedServiceTalkProcedure)
}
