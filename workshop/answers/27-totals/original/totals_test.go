package totals

import (
	"fmt"
	"maps"
	"testing"
)

// Types of other packages, which totals does not know of.
type (
	points  uint16
	cents   int64
	celsius float32
	weight  float64
	stars   int8
)

// Some print themselves in a way that is for people.
func (c cents) String() string { return fmt.Sprintf("%d,%02d EUR", c/100, c%100) }

func wants[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("The invoice is right, and the total of %s is %v, not %v.", what, got, want)
	}
}

func TestSum_ofTypesOfOtherPackages(t *testing.T) {
	wants(t, "points", Sum([]points{100, 200, 300}), 600)
	wants(t, "cents", int64(Sum([]cents{1999, -500, 1})), 1500)
	wants(t, "degrees", Sum([]celsius{1.5, -0.25}), 1.25)
	wants(t, "weights", Sum([]weight{0.5, 0.25, 2}), 2.75)
	wants(t, "stars", Sum([]stars{5, 4, -2}), 7)
}

func TestSum_ofPlainTypes(t *testing.T) {
	wants(t, "int", Sum([]int{1, 2, 3}), 6)
	wants(t, "uint8", Sum([]uint8{100, 100}), 200)
	wants(t, "float32", Sum([]float32{0.5, 0.25}), 0.75)
	wants(t, "nothing", Sum([]float64(nil)), 0)
}

func TestSum_isExact(t *testing.T) {
	const large = 1<<53 + 1 // no float64 is that
	wants(t, "large int64", Sum([]int64{large, 0}), large)
	wants(t, "large cents", int64(Sum([]cents{large, large})), 2*large)
	wants(t, "large uint64", Sum([]uint64{1 << 63, 1}), 1<<63+1)
}

func TestByKey(t *testing.T) {
	type line struct {
		shop  string
		price cents
	}
	lines := []line{{"toys", 1000}, {"tea", 250}, {"toys", 1}}
	got := ByKey(lines, func(l line) string { return l.shop }, func(l line) cents { return l.price })
	if want := map[string]cents{"toys": 1001, "tea": 250}; !maps.Equal(got, want) {
		t.Errorf("The sums of the shops are %v, and not %v.", got, want)
	}
}
