// Package refused holds what the compiler refuses. A comment ERROR "message"
// stands at the line of each error; a line without one is fine.
package refused

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"time"
)

// log is whennot.Log with a type parameter, and then it has outputs of one
// type, that of the first.
type log[W io.Writer] struct {
	outputs []W
}

func (l *log[W]) add(w W) { l.outputs = append(l.outputs, w) }

func newLog[W io.Writer](first W) *log[W] { return &log[W]{[]W{first}} }

// mixed wants the screen and a copy in memory.
func mixed() {
	l := newLog(os.Stdout)
	l.add(new(bytes.Buffer))             // ERROR "cannot use new(bytes.Buffer) (value of type *bytes.Buffer) as *os.File value in argument to l.add"
	both := newLog(io.Writer(os.Stdout)) // what helps is the interface
	both.add(new(bytes.Buffer))
}

// chosen wants a file, or memory if there is none.
func chosen(f *os.File) {
	l := newLog(f)
	if f == nil {
		l = newLog(new(bytes.Buffer)) // ERROR "cannot use newLog(new(bytes.Buffer)) (value of type *log[*bytes.Buffer]) as *log[*os.File] value in assignment"
	}
	l.add(f)
}

// open would choose a reader by what the file holds; but the caller chooses R.
func open[R io.Reader](f *os.File, zipped bool) (R, error) {
	if zipped {
		z, err := gzip.NewReader(f)
		return z, err // ERROR "cannot use z (variable of type *gzip.Reader) as R value in return statement"
	}
	return f, nil // ERROR "cannot use f (variable of type *os.File) as R value in return statement"
}

// newest is whennot.Newest with a method in place of the function.
func newest[T interface{ At() time.Time }](all []T) (newest T) {
	for i, v := range all {
		if i == 0 || v.At().After(newest.At()) {
			newest = v
		}
	}
	return newest
}

// A type that has a time has no reason to call it At.
var _ = newest([]fs.FileInfo{}) // ERROR "in call to newest, T (type fs.FileInfo) does not satisfy interface{At() time.Time} (missing method At)"

type edit struct{ at int }

type stack[T any] struct{ values []T }

func (s *stack[T]) push(v T) { s.values = append(s.values, v) }

// A container of one type is where a type parameter is right.
func undo() {
	var s stack[edit]
	s.push(edit{1})
	s.push(&edit{1}) // ERROR "cannot use &edit{…} (value of type *edit) as edit value in argument to s.push"
}

func closeAll(all []io.Closer) {}

func closeEach[C io.Closer](all []C) {}

// So is a slice of one type, which is not a slice of the interface.
func closeFiles(files []*os.File) {
	closeAll(files) // ERROR "cannot use files (variable of type []*os.File) as []io.Closer value in argument to closeAll"
	closeEach(files)
}
