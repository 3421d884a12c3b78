package store_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/web/api"
	"example.com/goguide/web/store"
	"example.com/goguide/web/store/ent"
	"example.com/goguide/web/store/gorm"
	"example.com/goguide/web/store/sqlc"
	"example.com/goguide/web/store/sqlite"
)

// opens returns a function that opens a store in a file.
func opens[S store.Store](open func(context.Context, string, int) (S, error)) func(context.Context, string) (store.Store, error) {
	return func(ctx context.Context, file string) (store.Store, error) { return open(ctx, file, 2) }
}

// A service may change how it writes its statements: what one store has written,
// each of the others reads, and goes on with.
func TestFile_isTheSameForAll(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "users.db")
	var made []api.User
	for range 2 {
		for _, open := range []func(context.Context, string) (store.Store, error){
			opens(sqlite.Open), opens(sqlc.Open), opens(gorm.Open), opens(ent.Open),
		} {
			s, err := open(t.Context(), file)
			require.NoError(t, err)
			page, err := s.List(t.Context(), "", api.MaxLimit)
			require.NoError(t, err)
			assert.Equal(t, made, append([]api.User(nil), page.Users...))
			for i, u := range made {
				again, err := s.Create(t.Context(), u.Email, api.Draft{Name: "Ann", Email: u.Email})
				require.NoError(t, err)
				assert.Equal(t, u.ID, again.ID, "keys are the same, too")
				_, err = s.Create(t.Context(), "", api.Draft{Name: "Ann", Email: strings.ToUpper(u.Email)})
				assert.ErrorIs(t, err, api.ErrTaken)
				made[i], err = s.Update(t.Context(), u.ID, api.ParseMatch(api.ETag(u.Version)), api.Patch{Name: new("Zoë")})
				require.NoError(t, err)
			}
			email := api.NewID() + "@example.com"
			u, err := s.Create(t.Context(), email, api.Draft{Name: "Ann", Email: email})
			require.NoError(t, err)
			made = append(made, u)
			require.NoError(t, s.Close())
		}
	}
}
