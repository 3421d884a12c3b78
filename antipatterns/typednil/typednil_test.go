package typednil

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	right     = Form{Name: "Ana", Mail: "ana@example.com"}
	noName    = Form{Mail: "ana@example.com"}
	noMail    = Form{Name: "Ana"}
	errBroken = errors.New("connection broken")
)

func TestCompared(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		assert.Equal(t, http.StatusBadRequest, Compared(right))
	})
}

// The near-miss: the pointer is compared before it becomes an error.
func TestCompared_asAPointer(t *testing.T) {
	t.Parallel()
	wrong := func(f Form) error {
		if failed := check(f); failed != nil {
			return failed
		}
		return nil
	}
	detect.Fix(t, func() {
		require.NoError(t, wrong(right))
		require.Error(t, wrong(noMail))
	})
}

func TestReturned(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		err := Returned(right)
		require.Error(t, err)
		var inside any = err
		assert.Nil(t, inside, "assert.Nil says that all is well")
	})
}

// The near-miss: where there is an error, the pointer is one.
func TestReturned_whereThereIsAnError(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.EqualError(t, Returned(noName), "name is missing")
	})
}

func TestCheck(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		require.NoError(t, Check(right))
		require.EqualError(t, Check(noName), "name is missing")
		err := Check(noMail)
		require.EqualError(t, err, "mail has no @")
		failed, ok := errors.AsType[*FormError](err)
		require.True(t, ok)
		assert.Equal(t, "mail", failed.Field)
	})
}

func TestCollected(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		err := Collected(right, right)
		require.Error(t, err)
		_ = err.Error()
	})
}

// The near-miss: all forms are wrong.
func TestCollected_whereAllAreWrong(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		err := Collected(noMail, noMail)
		assert.EqualError(t, err, "mail has no @\nmail has no @")
	})
}

func TestCheckAll(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		require.NoError(t, CheckAll())
		require.NoError(t, CheckAll(right, right))
		err := CheckAll(right, noMail, right, noName)
		assert.EqualError(t, err, "mail has no @\nname is missing")
	})
}

// tea costs 450 cents, and each time it is asked counts.
func tea(asked *int) func(context.Context, string) (int, error) {
	return func(context.Context, string) (int, error) {
		*asked++
		return 450, nil
	}
}

func TestOptionalCache(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var asked int
		p := OptionalCache(tea(&asked), false)
		require.NotNil(t, p)
		_, _ = p.Of(t.Context(), "tea")
	})
}

// The near-miss: the cache is on.
func TestOptionalCache_on(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var asked int
		p := OptionalCache(tea(&asked), true)
		cents, err := p.Of(t.Context(), "tea")
		require.NoError(t, err)
		assert.Equal(t, 450, cents)
	})
}

// A patient cache takes a nil pointer for an empty one.
type patient struct{ Memory }

func (p *patient) Get(item string) (cents int, ok bool) {
	if p == nil {
		return 0, false
	}
	return p.Memory.Get(item)
}

func (p *patient) Put(item string, cents int) {
	if p != nil {
		p.Memory.Put(item, cents)
	}
}

// The near-miss: methods that allow a nil pointer. That it is not nil as an
// interface is then right: there is somebody to ask.
func TestOptionalCache_whoseMethodsTakeNil(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var asked int
		var none *patient
		p := &Prices{Load: tea(&asked), Cache: none}
		for range 2 {
			cents, err := p.Of(t.Context(), "tea")
			require.NoError(t, err)
			assert.Equal(t, 450, cents)
		}
		assert.Equal(t, 2, asked)
	})
}

func TestNewPrices_withAndWithoutACache(t *testing.T) {
	t.Parallel()
	for cached, want := range map[bool]int{false: 2, true: 1} {
		detect.Fix(t, func() {
			var asked int
			p := NewPrices(tea(&asked), cached)
			for range 2 {
				cents, err := p.Of(t.Context(), "tea")
				require.NoError(t, err)
				assert.Equal(t, 450, cents)
			}
			assert.Equal(t, want, asked)
		})
	}
}

func TestPrices_wrapsTheErrorOfLoad(t *testing.T) {
	t.Parallel()
	p := NewPrices(func(context.Context, string) (int, error) {
		return 0, errBroken
	}, true)
	_, err := p.Of(t.Context(), "tea")
	require.ErrorIs(t, err, errBroken)
	_, ok := p.Cache.Get("tea")
	assert.False(t, ok, "nothing to keep")
}

func nobody(context.Context) *User { return nil }
func ana(context.Context) *User    { return &User{"Ana"} }

func TestAnyUser(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		posted := false
		err := AnyUser(t.Context(), nobody, func(context.Context) error {
			posted = true
			return nil
		})
		require.NoError(t, err)
		assert.True(t, posted)
	})
}

// The near-miss: with a user; and in a ctx in which nobody stored one.
func TestAnyUser_signedIn(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		posted := ""
		err := AnyUser(t.Context(), ana, func(ctx context.Context) error {
			u, ok := UserFrom(ctx)
			require.True(t, ok)
			posted = u.Name
			return nil
		})
		require.NoError(t, err)
		assert.Equal(t, "Ana", posted)
		assert.Nil(t, t.Context().Value(userKey{}))
	})
}

func TestUserFrom_findsNobodyInANilPointer(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		_, ok := UserFrom(t.Context())
		assert.False(t, ok)
		_, ok = UserFrom(WithUser(t.Context(), nil))
		assert.False(t, ok)
		u, ok := UserFrom(WithUser(t.Context(), ana(t.Context())))
		assert.True(t, ok)
		assert.Equal(t, "Ana", u.Name)
		_, ok = UserFrom(WithUser(WithUser(t.Context(), u), nil))
		assert.False(t, ok, "signed out")
	})
}
