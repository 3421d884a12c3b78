package config

import (
	"errors"
	"maps"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var keys = []string{"host", "user", "password", "database"}

// version returns a configuration whose values all end with the same number.
func version(n int) Config {
	c := Config{}
	for _, key := range keys {
		c[key] = key + strconv.Itoa(n)
	}
	return c
}

// isOf says that a configuration is a version, whole.
func isOf(c Config, n int) bool { return maps.Equal(c, version(n)) }

// locked is set when readers wait for a source.
var locked bool

// Not in a bubble, for a lock that is waited for stops the clock of one: the
// source answers only once somebody has read.
func TestCurrent_doesNotWaitForASource(t *testing.T) {
	s := NewStore(version(1))
	loading, read := make(chan struct{}), make(chan struct{})
	go func() {
		<-loading
		s.Current()
		close(read)
	}()
	var once sync.Once
	err := s.Reload(keys, func(key string) (string, error) {
		once.Do(func() {
			close(loading)
			select {
			case <-read:
			case <-time.After(3 * time.Second):
				locked = true
			}
		})
		return key + "2", nil
	})
	<-read
	if locked {
		t.Errorf("While the source is asked, nobody can read the configuration: the service stands still.")
	}
	if err != nil || !isOf(s.Current(), 2) {
		t.Errorf("Reload returned %v, and the configuration is %v.", err, s.Current())
	}
}

// bubble runs a test in a bubble: the source takes a second for each value
// there, exactly.
func bubble(t *testing.T, f func(t *testing.T)) {
	if locked {
		t.Skip("not run while readers wait for the source: see above")
	}
	synctest.Test(t, f)
}

func TestReload_showsOneVersion(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewStore(version(1))
		go func() {
			_ = s.Reload(keys, func(key string) (string, error) {
				time.Sleep(time.Second)
				return key + "2", nil
			})
		}()
		time.Sleep(500 * time.Millisecond)
		for i := range 5 {
			synctest.Wait()
			want := 1
			if i == 4 {
				want = 2
			}
			if c := maps.Clone(s.Current()); !isOf(c, want) {
				t.Errorf("Half a second after %d of 4 values were loaded, a reader got one of two versions, or of none:\n%v",
					i, c)
			}
			time.Sleep(time.Second)
		}
	})
}

func TestReload_changesNothingWhenTheSourceFails(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewStore(version(1))
		errSource := errors.New("no route to host")
		err := s.Reload(keys, func(key string) (string, error) {
			if key == "database" {
				return "", errSource
			}
			return key + "2", nil
		})
		if !errors.Is(err, errSource) {
			t.Errorf("The source failed, and Reload returned %v.", err)
		}
		if !isOf(s.Current(), 1) {
			t.Errorf("The source failed at the last value. Until the morning the configuration is %v.", s.Current())
		}
	})
}

func TestCurrent_isKeptByWhoHasIt(t *testing.T) {
	s := NewStore(version(1))
	mine := s.Current()
	if err := s.Reload(keys, func(key string) (string, error) { return key + "2", nil }); err != nil {
		t.Errorf("Reload returned %v.", err)
	}
	if !isOf(mine, 1) {
		t.Errorf("A reader got version 1, and kept it. After a Reload it has %v in hand.", mine)
	}
	mine = s.Current()
	s.Set("user", func(old string) string { return old + "x" })
	if !isOf(mine, 2) {
		t.Errorf("A reader got version 2, and kept it. After a Set it has %v in hand.", mine)
	}
	if got := s.Current()["user"]; got != "user2x" {
		t.Errorf("The user was user2, an x was set behind it, and now it is %q.", got)
	}
}

func TestReload_forgetsWhatIsNoMore(t *testing.T) {
	s := NewStore(version(1))
	if err := s.Reload(keys[:1], func(string) (string, error) { return "alone", nil }); err != nil {
		t.Errorf("Reload returned %v.", err)
	}
	if c := s.Current(); len(c) != 1 || c["host"] != "alone" {
		t.Errorf("The configuration has one value now, and Current has %v.", c)
	}
}

// Eight count at a time, and each lets the others go on in the middle.
func TestSet_losesNoChange(t *testing.T) {
	s := NewStore(Config{"count": "0"})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				s.Set("count", func(old string) string {
					n, _ := strconv.Atoi(old)
					runtime.Gosched()
					return strconv.Itoa(n + 1)
				})
			}
		})
	}
	wg.Wait()
	if got := s.Current()["count"]; got != "400" {
		t.Errorf("400 changes were made, each of 1, and the count is %s: the others are lost.", got)
	}
}
