package stock

import (
	"context"
	"testing"
	"time"
)

func TestWatch(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	texts := Watch(ctx, time.Millisecond, func() (string, error) { return "3 left", nil })
	if got := <-texts; got != "3 left" {
		t.Errorf("Watch sent %q.", got)
	}
}
