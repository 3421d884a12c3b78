package ent

import (
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"example.com/goguide/web/store"
	"example.com/goguide/web/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t testing.TB) func() (store.Store, error) {
		file := filepath.Join(t.TempDir(), "users.db")
		return func() (store.Store, error) { return Open(t.Context(), file, storetest.Connections) }
	})
}
