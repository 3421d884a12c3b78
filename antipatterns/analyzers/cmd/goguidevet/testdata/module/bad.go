// Package module has one finding of each analyzer.
package module

import (
	"errors"
	"io"
	"time"

	"example.com/module/good"
)

func deferred(f io.ReadCloser) (err error) {
	defer func() { err = f.Close() }() // deferredclose
	_, err = io.ReadAll(f)
	return err
}

type bloated interface { // embeddedbloat
	good.Ten
	Eleventh()
}

func forgotten() {
	go func() { // fireandforget
		for range time.Tick(time.Second) {
		}
	}()
}

func text(f io.Closer) error {
	if err := f.Close(); err != nil {
		return errors.New("x: " + err.Error()) // stringwrap
	}
	return nil
}

type failure struct{ error }

func typed() error {
	var f *failure
	return f // typednil
}
