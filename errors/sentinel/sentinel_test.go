package sentinel

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
	"example.com/goguide/detect/refused"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errDNS = errors.New("dial: no such name server")

func TestByText(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		address, err := ByText("anna", "info@", func(string) (string, error) {
			return "", errDNS
		})
		require.NoError(t, err, "the failure is gone")
		assert.Equal(t, "info@", address)
	})
}

// The near-miss: the same answer, by name.
func TestLookup_byName(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var d Directory
		_, err := d.Lookup("anna")
		require.EqualError(t, err, `look up "anna": no such name`)
		require.ErrorIs(t, err, ErrNotFound)
		require.NotErrorIs(t, err, ErrTaken)
		require.NotErrorIs(t, errDNS, ErrNotFound)
		require.NoError(t, d.Add("anna", "a@"))
		address, err := d.Lookup("anna")
		require.NoError(t, err)
		assert.Equal(t, "a@", address)
	})
}

func TestMadeAnew(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		reserve := func() error {
			return MadeAnew("anna", map[string]bool{"anna": true})
		}
		err := Ensure(reserve)
		require.EqualError(t, err, ErrTaken.Error())
		assert.NotErrorIs(t, err, ErrTaken)
	})
}

// The near-miss: only ErrTaken is forgiven, wrapped or not.
func TestEnsure_forgivesOnlyWhatIsThere(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var d Directory
		add := func() error { return d.Add("anna", "a@") }
		require.NoError(t, Ensure(add))
		require.EqualError(t, add(), `add "anna": name is taken`)
		require.NoError(t, Ensure(add))
		require.NoError(t, MadeAnew("anna", map[string]bool{}))
		err := Ensure(func() error { return errDNS })
		assert.Equal(t, errDNS, err)
	})
}

func TestRename(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		before := fmt.Errorf("rename: %w", ErrBusy)
		require.ErrorIs(t, before, ErrBusy)
		never := func() bool { return false }
		var requests sync.WaitGroup
		for _, name := range []string{"anna", "boris"} {
			requests.Go(func() { assert.Error(t, Rename(name, never)) })
		}
		requests.Wait()
		require.NotErrorIs(t, before, ErrBusy)
		assert.Contains(t, ErrBusy.Error(), "rename", "for all who read it")
	})
}

// The near-miss: nobody assigns as long as nothing is busy.
func TestRename_free(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var requests sync.WaitGroup
		for _, name := range []string{"anna", "boris"} {
			requests.Go(func() {
				assert.NoError(t, Rename(name, func() bool { return true }))
			})
		}
		requests.Wait()
		assert.EqualError(t, ErrBusy, "directory is busy")
	})
}

func TestOverTheWire(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var server Directory
		require.NoError(t, OverTheWire("anna", &server))
		err := OverTheWire("anna", &server)
		require.EqualError(t, err, `add "anna": name is taken`)
		assert.NotErrorIs(t, err, ErrTaken)
	})
}

// The near-miss: the code travels, and the text beside it.
func TestFromCode_restoresTheName(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var server Directory
		_, missing := server.Lookup("anna")
		require.NoError(t, server.Add("anna", "a@"))
		for _, sent := range []error{missing, server.Add("anna", "a@")} {
			received := FromCode(Code(sent), sent.Error())
			require.EqualError(t, received, sent.Error())
			for _, sentinel := range []error{ErrNotFound, ErrTaken} {
				assert.Equal(t,
					errors.Is(sent, sentinel), errors.Is(received, sentinel))
			}
		}
		assert.Empty(t, Code(errDNS))
		assert.Empty(t, Code(nil))
		unknown := FromCode("too_new", "try later")
		require.EqualError(t, unknown, "try later")
		assert.NotErrorIs(t, unknown, ErrTaken)
	})
}

// A constError is what the package comment shows.
type constError string

func (e constError) Error() string { return string(e) }

func TestConstError_isOneErrorByTypeAndText(t *testing.T) {
	t.Parallel()
	const taken, again = constError("taken"), constError("taken")
	wrapped := fmt.Errorf("add: %w", taken)
	require.ErrorIs(t, wrapped, taken)
	require.ErrorIs(t, wrapped, again, "the price: text decides")
	require.NotErrorIs(t, wrapped, constError("gone"))
	assert.NotErrorIs(t, wrapped, errors.New("taken"))
}

func TestCompiler_refusesToAssignToAConstant(t *testing.T) {
	t.Parallel()
	refused.Compiler(t, "testdata/refused")
}
