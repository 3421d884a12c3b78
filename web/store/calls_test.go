package store

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/goguide/web/api"
)

// An anns answers each call with Ann.
type anns struct{ api.Users }

func (anns) Create(context.Context, string, api.Draft) (api.User, error) {
	return api.User{Name: "Ann"}, nil
}

func (anns) Update(context.Context, string, api.Match, api.Patch) (api.User, error) {
	return api.User{Name: "Ann"}, nil
}

func (anns) Delete(context.Context, string, api.Match) error { return nil }

func TestCalls_tellOfNothingThatIsNotCommitted(t *testing.T) {
	t.Parallel()
	full := errors.New("commit: disk full")
	c := NewCalls(nil, func(_ context.Context, f func(api.Users) error) error {
		if err := f(anns{}); err != nil {
			return err
		}
		return full
	})
	for name, call := range map[string]func() (api.User, error){
		"create": func() (api.User, error) { return c.Create(t.Context(), "", api.Draft{}) },
		"update": func() (api.User, error) { return c.Update(t.Context(), "7", api.Match{}, api.Patch{}) },
		"delete": func() (api.User, error) { return api.User{}, c.Delete(t.Context(), "7", api.Match{}) },
	} {
		u, err := call()
		assert.ErrorIs(t, err, full, name)
		assert.Zero(t, u, name)
	}
}
