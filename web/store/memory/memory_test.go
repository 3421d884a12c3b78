package memory

import (
	"testing"

	"go.uber.org/goleak"

	"example.com/goguide/web/store"
	"example.com/goguide/web/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(testing.TB) func() (store.Store, error) {
		return func() (store.Store, error) { return New(), nil }
	}, storetest.Forgets)
}
