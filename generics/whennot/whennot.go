// Package whennot says where an interface does what a type parameter would,
// measures both, and shows four bugs that come with a type parameter or with
// the any in its place. It belongs to part 7.3 of the guide.
//
// A type argument is settled when the code is compiled, the type in an
// interface when it runs. So a list of a type parameter holds writers of one
// type, and no function decides which reader it returns:
//
//	Log                            log[W io.Writer]
//	var l Log                      l := newLog(os.Stdout)
//	l.Add(os.Stdout)
//	l.Add(new(bytes.Buffer))       l.add(new(bytes.Buffer)) // not an *os.File
//
// # What to write
//
//   - A value of which only methods are called is an interface: [CountLines],
//     [Log]. If the caller wants a type back, it hands a pointer in: [Param].
//   - A step that differs from type to type, and that not every type has as a
//     method, is a func: [Newest].
//   - A container has a type parameter: [Stack]. So has a function that takes
//     a []T, or that does the same to all types of a kind: [Text]. One with a
//     type switch is several functions.
//
// I. L. Taylor gives the same rules in "When To Use Generics",
// https://go.dev/blog/when-generics.
//
// # What it costs
//
// The compiler writes one body for each shape of type arguments, and pointers
// share one. The body gets a dictionary, through which it calls their methods,
// as an interface is called through its table. Where an interface is inlined
// and the compiler sees what is in it, it calls the method itself, or inlines
// that too. Through a dictionary it does not see, even where it has inlined the
// body (Go 1.26, https://go.dev/issue/81377), so the receiver escapes to the
// heap. A loop of calls, by interface = 1:
//
//	go test -run='^$' -bench=Call ./whennot
//
//	time                           called        inlined
//	concrete type                  0.3           1.0
//	func, here a method value      0.9 to 1.2    2.5 to 2.8
//	type parameter: a pointer      1.0           2.5 to 3.1, 1 allocation
//	type parameter: a struct       1.0 to 1.2
//	type parameter: an interface   1.6 to 1.8
//
// A function of 34 lines that is called for 200 types, and what each further
// type takes. By interface = 1, which is 695 bytes of the program:
//
//	go test -run='^$' -bench=Build -benchtime=5x ./whennot
//
//	                               program       CPU time of go build
//	type parameter: pointers       1.0           1.7 to 1.9
//	type parameter: structs        4.7           7.7 to 8.5
//
// A container of any pays for each value that is neither a pointer nor a small
// integer: an [Edit] that is pushed to a [History] is 1 allocation, and takes
// 12 times as long as with a [Stack], where it is none:
//
//	go test -run='^$' -bench=Box ./whennot
//
// That was Go 1.26 on two busy cores of an AMD EPYC; two figures are the range
// of several runs and builds. The design is described in "Generics
// implementation - GC Shape Stenciling", golang/proposal.
//
// # What finds it
//
// The compiler refuses a type parameter that is too narrow, if only once there
// is a second type: testdata/refused. What comes with an any compiles, for its
// type is looked at when the code runs: of the four bugs, errcheck and
// forcetypeassert report the assertion of [History.Undo] alone. The other three
// take a test with a named type ([Field]), with a pointer type ([ParamAs]) and
// without a value ([ShipTo]).
package whennot

import (
	"bytes"
	"cmp"
	"encoding"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"time"
)

// An Order is what somebody bought.
type Order struct {
	ID      string
	Placed  time.Time
	Address *Address // nil if it is fetched from the store
}

// An Address is where an order goes.
type Address struct{ City string }

// City returns where an order can be had. [cmp.Or] takes the first value that
// is not the zero value of its type, which of a pointer is nil.
func City(o Order) string {
	return cmp.Or(o.Address, &Address{City: "store"}).City
}

// CountLines counts the line ends in r, whatever r is: a file, or the gzip
// reader that was put before it a moment ago. It reads 32 KiB at a time, so the
// call through the interface costs nothing that can be measured. The error is
// that of r, never io.EOF, and comes with the number so far.
func CountLines(r io.Reader) (int, error) {
	buf := make([]byte, 32<<10)
	lines := 0
	for {
		n, err := r.Read(buf)
		lines += bytes.Count(buf[:n], []byte{'\n'})
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return lines, fmt.Errorf("counting lines: %w", err)
		}
	}
}

// A Log prints each line to all its outputs, whose types may differ. The zero
// value has none. One goroutine at a time may use it.
type Log struct {
	outputs []io.Writer
}

// Add adds an output.
func (l *Log) Add(w io.Writer) { l.outputs = append(l.outputs, w) }

// Print writes the line to every output and returns their errors joined. An
// output that fails keeps no line from the others, as it would in an
// io.MultiWriter.
func (l *Log) Print(line string) error {
	var errs []error
	for i, w := range l.outputs {
		if _, err := io.WriteString(w, line+"\n"); err != nil {
			errs = append(errs, fmt.Errorf("output %d: %w", i, err))
		}
	}
	return errors.Join(errs...)
}

// Param reads a parameter of a query into a variable of the caller, who thereby
// says of which type it is. It has the form of [flag.TextVar]. If the parameter
// is missing, the variable keeps its value. On an error, the variable may have
// changed.
func Param(q url.Values, name string, into encoding.TextUnmarshaler) error {
	if !q.Has(name) {
		return nil
	}
	if err := into.UnmarshalText([]byte(q.Get(name))); err != nil {
		return fmt.Errorf("parameter %s: %w", name, err)
	}
	return nil
}

// Text returns a field of a log line, the value in quotes. It takes every type
// of strings and does the same to all. For numbers there would be a function of
// another name, as there is in log/slog.
func Text[S ~string](key string, value S) string {
	return key + "=" + strconv.Quote(string(value))
}

// Newest returns the value with the latest time, the first of equals, and
// whether there is any. The time comes from a function rather than a method
// that the constraint asks for, so a type need not have it: at is a method
// expression (fs.FileInfo.ModTime), a method value or a literal.
func Newest[T any](all []T, at func(T) time.Time) (newest T, ok bool) {
	for i, v := range all {
		if i == 0 || at(v).After(at(newest)) {
			newest = v
		}
	}
	return newest, len(all) > 0
}

// A Stack returns first what was pushed last. It is a container, where a type
// parameter is right: it takes one type, and stores values without a box. The
// zero value is empty. One goroutine at a time may use it.
type Stack[T any] struct {
	values []T
}

// Push adds a value.
func (s *Stack[T]) Push(v T) { s.values = append(s.values, v) }

// Pop takes the value off that was pushed last, and reports whether there was
// one.
func (s *Stack[T]) Pop() (top T, ok bool) {
	if len(s.values) == 0 {
		return top, false
	}
	last := len(s.values) - 1
	var zero T
	top, s.values[last] = s.values[last], zero // keep nothing behind
	s.values = s.values[:last]
	return top, true
}
