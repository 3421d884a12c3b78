package orders

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPage_isTheLastWithoutANext(t *testing.T) {
	t.Parallel()
	assert.True(t, Page[int]{Items: []int{1}}.Last())
	assert.False(t, Page[int]{Next: "2"}.Last())
}

func TestNotFoundError_namesTheOrder(t *testing.T) {
	t.Parallel()
	assert.EqualError(t, &NotFoundError{ID: 7}, "no order 7")
}
