package importer

import (
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

var errRefused = errors.New("refused")

// price is the third field of a row; a short row makes it panic.
func price(row string) error {
	if field := strings.Split(row, ";")[2]; field == "" {
		return errRefused
	}
	return nil
}

func TestImport_takesAllRowsButTheBadOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errs := Import([]string{"a;b;1", "short", "c;d;2", "e;f;"}, price)
		if len(errs) != 4 {
			t.Fatalf("4 rows gave %d results: %v", len(errs), errs)
		}
		if errs[0] != nil || errs[2] != nil {
			t.Errorf("Good rows beside a bad one gave %v and %v.", errs[0], errs[2])
		}
		if errs[1] == nil {
			t.Error("The row whose parser panicked has no error: it counts as imported.")
		}
		if !errors.Is(errs[3], errRefused) {
			t.Errorf("The row that parse refused has %v, not what parse returned.", errs[3])
		}
	})
}

func TestImport_keepsWhatWasThrown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errs := Import([]string{"error", "text", "index"}, func(row string) error {
			switch row {
			case "error":
				panic(errRefused)
			case "text":
				panic("no such currency: XBT")
			}
			return price(row)
		})
		if !errors.Is(errs[0], errRefused) {
			t.Errorf("parse panicked with an error, and errors.Is does not find it in: %v", errs[0])
		}
		if errs[1] == nil || !strings.Contains(errs[1].Error(), "no such currency: XBT") {
			t.Errorf("parse panicked with a text, and the row's error does not tell it: %v", errs[1])
		}
		if _, ok := errors.AsType[runtime.Error](errs[2]); !ok {
			t.Errorf("parse indexed past the end, and errors.AsType does not find a runtime.Error in: %v", errs[2])
		}
	})
}

func TestImport_waitsForTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var done atomic.Int32
		Import([]string{"slow", "bad", "slow"}, func(row string) error {
			if row == "bad" {
				panic(row)
			}
			time.Sleep(time.Hour)
			done.Add(1)
			return nil
		})
		n := done.Load()
		time.Sleep(2 * time.Hour)
		if n != 2 {
			t.Errorf("Import returned when %d of 2 good rows were parsed.", n)
		}
	})
}

func TestImport_parsesSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		Import(make([]string, 50), func(string) error { time.Sleep(time.Minute); return nil })
		if took := time.Since(start); took != time.Minute {
			t.Errorf("50 rows of a minute each, all at the same time, took %v.", took)
		}
	})
}
