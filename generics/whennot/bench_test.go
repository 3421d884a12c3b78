package whennot

import (
	"io"
	"testing"
	"time"
)

// A tape is a reader whose method is small enough to be inlined.
type tape struct {
	bytes []byte
	next  int
}

func (t *tape) ReadByte() (byte, error) {
	if t.next >= len(t.bytes) {
		return 0, io.EOF
	}
	c := t.bytes[t.next]
	t.next++
	return c, nil
}

// A reel is a struct with the same method, and has a shape of its own.
type reel struct{ *tape }

func sumConcrete(r *tape) (sum int) {
	for {
		c, err := r.ReadByte()
		if err != nil {
			return sum
		}
		sum += int(c)
	}
}

func sumInterface(r io.ByteReader) (sum int) {
	for {
		c, err := r.ReadByte()
		if err != nil {
			return sum
		}
		sum += int(c)
	}
}

func sumParam[R io.ByteReader](r R) (sum int) {
	for {
		c, err := r.ReadByte()
		if err != nil {
			return sum
		}
		sum += int(c)
	}
}

func sumFunc(readByte func() (byte, error)) (sum int) {
	for {
		c, err := readByte()
		if err != nil {
			return sum
		}
		sum += int(c)
	}
}

// Each of the sums may be inlined into one of these, and the tape with it.

//go:noinline
func inlinedInterface(data []byte) int { return sumInterface(&tape{bytes: data}) }

//go:noinline
func inlinedConcrete(data []byte) int { return sumConcrete(&tape{bytes: data}) }

//go:noinline
func inlinedFunc(data []byte) int { return sumFunc((&tape{bytes: data}).ReadByte) }

//go:noinline
func inlinedParam(data []byte) int { return sumParam(&tape{bytes: data}) }

// A contender is one way to do the same.
type contender struct {
	name string
	op   func()
}

// contest has the contenders take turns, and reports the fastest turn of each
// as a multiple of the first's, and its allocations.
func contest(b *testing.B, contenders ...contender) {
	b.Helper()
	fastest := make([]time.Duration, len(contenders))
	for b.Loop() {
		for i, c := range contenders {
			start := time.Now()
			c.op()
			took := time.Since(start)
			if fastest[i] == 0 || took < fastest[i] {
				fastest[i] = took
			}
		}
	}
	for i, c := range contenders {
		b.ReportMetric(testing.AllocsPerRun(10, c.op), c.name+"-allocs")
		if i > 0 {
			b.ReportMetric(float64(fastest[i])/float64(fastest[0]), c.name+"/"+contenders[0].name)
		}
	}
	b.ReportMetric(0, "ns/op") // of all contenders: of no interest
}

// called calls a sum in a way that keeps it from being inlined.
//
//go:noinline
func called[R any](t *tape, sum func(R) int, r R) func() {
	return func() { t.next = 0; sum(r) }
}

func BenchmarkCall(b *testing.B) {
	data := make([]byte, 10_000)
	b.Run("called", func(b *testing.B) {
		t := &tape{bytes: data}
		contest(b,
			contender{"interface", called(t, sumInterface, io.ByteReader(t))},
			contender{"concrete", called(t, sumConcrete, t)},
			contender{"func", called(t, sumFunc, t.ReadByte)},
			contender{"param-of-pointer", called(t, sumParam, t)},
			contender{"param-of-struct", called(t, sumParam, reel{tape: t})},
			contender{"param-of-interface", called(t, sumParam, io.ByteReader(t))},
		)
	})
	b.Run("inlined", func(b *testing.B) {
		contest(b,
			contender{"interface", func() { inlinedInterface(data) }},
			contender{"concrete", func() { inlinedConcrete(data) }},
			contender{"func", func() { inlinedFunc(data) }},
			contender{"param-of-pointer", func() { inlinedParam(data) }},
		)
	})
}

func BenchmarkBox(b *testing.B) {
	const n = 1000
	edit := Edit{1, "a"}
	var s Stack[Edit]
	var h History
	contest(b,
		contender{"Stack", func() {
			for range n {
				s.Push(edit)
			}
			for range n {
				s.Pop()
			}
		}},
		contender{"History", func() {
			for range n {
				h.Push(edit)
			}
			for range n {
				h.Undo()
			}
		}},
	)
}
