package progress_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/goguide/workshop/internal/progress"
)

func pass(s *progress.State) { s.Passed = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }

func TestChange_keepsWhatWasChangedFromOutside(t *testing.T) {
	dir := t.TempDir()
	f := progress.Open(dir)
	if err := f.Change("01-a", "h", pass); err != nil {
		t.Fatal(err)
	}
	// Another process, or a hand.
	if err := progress.Open(dir).Change("02-b", "h", pass); err != nil {
		t.Fatal(err)
	}
	if err := f.Change("03-c", "h", func(s *progress.State) { s.Hints = 2 }); err != nil {
		t.Fatal(err)
	}
	all, err := f.States()
	if err != nil || !all["01-a"].Done() || !all["02-b"].Done() || all["03-c"].Hints != 2 {
		t.Errorf("got %v, %v", all, err)
	}
}

func TestChange_losesNothingWhenManyWrite(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if err := progress.Open(dir).Change(fmt.Sprint(i), "h", pass); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if all, err := progress.Open(dir).States(); len(all) != 20 || err != nil {
		t.Errorf("of 20 there are %d, %v", len(all), err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.tmp")); left != nil {
		t.Errorf("left behind: %q", left)
	}
}

func TestGet_isBoundToTheExercise(t *testing.T) {
	f := progress.Open(t.TempDir())
	if err := f.Change("01-a", "old", pass); err != nil {
		t.Fatal(err)
	}
	if s, err := f.Get("01-a", "old"); !s.Done() || err != nil {
		t.Errorf("got %v, %v", s, err)
	}
	if s, err := f.Get("01-a", "new"); s.Done() || err != nil {
		t.Errorf("the exercise has changed, and it is still done: %v, %v", s, err)
	}
}

func TestStates_putsAsideWhatIsUnreadable(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, progress.Name)
	if err := os.WriteFile(path, []byte(`{"version": 1, "exerc`), 0o600); err != nil {
		t.Fatal(err)
	}
	f := progress.Open(dir)
	if all, err := f.States(); len(all) != 0 || err != nil {
		t.Errorf("got %v, %v", all, err)
	}
	if told := f.Told(); !strings.Contains(told, ".unreadable") {
		t.Errorf("told %q", told)
	}
	if f.Told() != "" {
		t.Error("told twice")
	}
	if text, err := os.ReadFile(path + ".unreadable"); !strings.Contains(string(text), "exerc") {
		t.Errorf("put aside: %q, %v", text, err)
	}
	if err := f.Change("01-a", "h", pass); err != nil {
		t.Error(err)
	}
}

func TestChange_saysThatNothingIsKept(t *testing.T) {
	f := progress.Open(filepath.Join(t.TempDir(), "no", "such", "folder"))
	if err := f.Change("01-a", "h", pass); err == nil || !strings.Contains(err.Error(), "is not kept") {
		t.Errorf("got %v", err)
	}
}

func TestLock(t *testing.T) {
	name := t.TempDir()
	first, err := progress.Lock(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := progress.Lock(name); !errors.Is(err, progress.ErrTaken) {
		t.Errorf("the second got %v", err)
	}
	if other, err := progress.Lock(name + "other"); err != nil {
		t.Error(err)
	} else {
		other.Release()
	}
	first.Release()
	again, err := progress.Lock(name)
	if err != nil {
		t.Fatal(err)
	}
	again.Release()
}
