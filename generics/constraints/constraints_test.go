package constraints

import (
	"cmp"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
	"example.com/goguide/detect/refused"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var nan = math.NaN()

func TestSum_addsInTheTypeThatTheCallerNames(t *testing.T) {
	t.Parallel()
	pixels := []uint8{200, 200, 255}
	assert.Equal(t, 655, Sum[int](pixels))
	assert.Equal(t, uint8(143), Sum[uint8](pixels), "655 modulo 256")
	assert.InDelta(t, 655, Sum[float64](pixels), 0)
	assert.Equal(t, 3, Sum[int]([]float64{1.5, 1.5, 1.5}), "each is converted")
	assert.Zero(t, Sum[int]([]uint8(nil)))
}

func TestNumber_holdsNamedTypes(t *testing.T) {
	t.Parallel()
	waits := []time.Duration{time.Second, time.Minute}
	assert.Equal(t, 61*time.Second, Sum[time.Duration](waits))
}

// readings has NaN at each place in turn.
func readings(nanAt int) []float64 {
	return slices.Insert([]float64{10, 30, 20}, nanAt, nan)
}

func TestMax_leavesNaNOut(t *testing.T) {
	t.Parallel()
	for i := range 4 {
		hottest, ok := Max(readings(i))
		assert.True(t, ok)
		assert.InDelta(t, 30, hottest, 0, "NaN at %d", i)
	}
	hottest, ok := Max([]float64{nan, nan})
	assert.True(t, ok)
	assert.True(t, math.IsNaN(hottest))
}

func TestMax_ofAnyOrderedType(t *testing.T) {
	t.Parallel()
	last, ok := Max([]string{"b", "c", "a"})
	assert.True(t, ok)
	assert.Equal(t, "c", last)
	_, ok = Max([]time.Duration(nil))
	assert.False(t, ok)
}

// What the language and the library make of a NaN, in either order.
func TestBuiltinMax_isNaNWhereOneIs(t *testing.T) {
	t.Parallel()
	a := 1.0 // not a constant: NaN is none
	for i := range 4 {
		assert.True(t, math.IsNaN(slices.Max(readings(i))))
	}
	assert.True(t, math.IsNaN(max(a, nan)))
	assert.True(t, math.IsNaN(max(nan, a)))
	assert.True(t, math.IsNaN(min(a, nan)))
	assert.Negative(t, cmp.Compare(nan, math.Inf(-1)))
	assert.Zero(t, cmp.Compare(nan, -nan), "to cmp, all NaN are equal")
	assert.True(t, cmp.Less(nan, a))
	// The guide's Max depends on the order of its arguments.
	assert.True(t, math.IsNaN(larger(a, nan)))
	assert.InDelta(t, a, larger(nan, a), 0)
}

func TestHottest(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		assert.InDelta(t, 20, Hottest([]float64{30, nan, 20}), 0)
		assert.InDelta(t, 30, Hottest([]float64{20, nan, 30}), 0, "by luck")
	})
}

// The near-miss: of a type without NaN.
func TestHottest_ofIntegers(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.Equal(t, 30, Hottest([]int{10, 30, 20}))
		hottest, ok := Max([]float64{30, nan, 20})
		assert.True(t, ok)
		assert.InDelta(t, 30, hottest, 0)
	})
}

func TestBrightness(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		assert.Equal(t, uint8(72), Brightness([]uint8{200, 200}))
	})
}

// The near-miss: the same pixels in a wider type, and dark ones.
func TestBrightness_ofAWiderType(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.Equal(t, uint16(200), Brightness([]uint16{200, 200}))
		assert.Equal(t, uint8(100), Brightness([]uint8{100, 100}))
		pixels := []uint8{200, 200}
		assert.Equal(t, 200, Sum[int](pixels)/len(pixels))
	})
}

func TestCompiler_refusesWhatTheConstraintsLeaveOut(t *testing.T) {
	t.Parallel()
	refused.Compiler(t, "testdata/refused")
}
