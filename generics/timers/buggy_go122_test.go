//go:build !go1.27

package timers

import (
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/detect"
)

// before123 gives the children of detect the timers of before Go 1.23. The
// test cannot be parallel: this process has them too, until it ends.
func before123(t *testing.T) {
	t.Helper()
	t.Setenv("GODEBUG", "asynctimerchan=1")
}

func TestGoLine_ofTheMainModuleDecides(t *testing.T) {
	t.Parallel()
	for dir, old := range map[string]bool{".": false, "testdata/go122": true} {
		list := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.DefaultGODEBUG}}", ".")
		list.Dir = dir
		list.Env = append(os.Environ(), "GOWORK=off")
		settings, err := list.Output()
		require.NoError(t, err)
		if old {
			assert.Contains(t, string(settings), "asynctimerchan=1")
		} else {
			assert.NotContains(t, string(settings), "asynctimerchan")
		}
	}
}

func expired(l *Lease) bool {
	select {
	case <-l.Expired():
		return true
	default:
		return false
	}
}

func TestLease_Renew(t *testing.T) {
	before123(t)
	detect.Bug(t, func() {
		l := NewLease(time.Millisecond)
		for len(l.Expired()) == 0 {
			runtime.Gosched()
		}
		l.Renew(time.Hour)
		assert.True(t, expired(l))
	})
}

// The near-miss is the same code, with today's timers.
func TestLease_Renew_today(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		l := NewLease(time.Millisecond)
		time.Sleep(2 * time.Millisecond) // of this scenario's time
		l.Renew(time.Hour)
		assert.False(t, expired(l))
		l.Renew(time.Millisecond)
		<-l.Expired()
	})
}

// The other near-miss: with the old timers, a lease that is renewed in time.
func TestLease_Renew_inTime(t *testing.T) {
	before123(t)
	detect.Fix(t, func() {
		l := NewLease(time.Hour)
		l.Renew(time.Hour)
		assert.False(t, expired(l))
	}, detect.Without("testing/synctest refuses the timers of before Go 1.23", detect.Synctest))
}

// many are as many events, and no more.
func many() chan func() {
	events := make(chan func(), turns)
	for range turns {
		events <- func() {}
	}
	close(events)
	return events
}

func TestHandle(t *testing.T) {
	before123(t)
	detect.Bug(t, func() {
		events := many()
		objects := kept(func() { Handle(events, time.Hour) })
		assert.Greater(t, objects, turns)
	})
}

func TestHandle_today(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		events := many()
		objects := kept(func() { Handle(events, time.Hour) })
		assert.Less(t, objects, turns/10)
		Handle(nil, time.Millisecond)
	})
}
