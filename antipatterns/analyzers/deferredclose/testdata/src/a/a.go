package a

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
)

func direct(f io.ReadCloser) (err error) {
	defer func() { err = f.Close() }() // want `the err that the function returns is lost here: write err = errors.Join\(err, f.Close\(\)\)`
	_, err = io.ReadAll(f)
	return err
}

func statement(f io.ReadCloser) (n int, err error) {
	defer func() {
		log.Print("closing")
		err = f.Close() // want `is lost here`
	}()
	if n > 0 {
		return 0, errors.New("n")
	}
	return n, nil
}

func asked(f io.ReadCloser) (err error) {
	defer func() {
		if cerr := f.Close(); cerr != nil {
			err = cerr // want `errors.Join\(err, cerr\)`
		}
	}()
	_, err = io.ReadAll(f)
	return
}

func init_(f io.ReadCloser) (err error) {
	defer func() {
		if err = f.Close(); err != nil { // want `errors.Join\(err, f.Close\(\)\)`
			log.Print(err)
		}
	}()
	return errors.New("n")
}

func two(f io.Writer) (n int, err error) {
	defer func() {
		n, err = f.Write(nil) // want `errors.Join\(err, …\)`
	}()
	return both()
}

func both() (int, error) { return 0, nil }

func inLiteral(f io.Closer) func() error {
	return func() (cerr error) {
		defer func() { cerr = f.Close() }() // want `write cerr = errors.Join\(cerr, f.Close\(\)\)`
		return errors.New("n")
	}
}

func joined(f io.ReadCloser) (err error) {
	defer func() { err = errors.Join(err, f.Close()) }() // ok
	_, err = io.ReadAll(f)
	return err
}

func first(f io.ReadCloser) (err error) {
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr // ok
		}
	}()
	defer func() {
		cerr := f.Close()
		if err != nil {
			return
		}
		err = cerr // ok
	}()
	defer func() {
		if cerr := f.Close(); cerr != nil {
			err = fmt.Errorf("%w, then %w", err, cerr) // ok
		}
	}()
	_, err = io.ReadAll(f)
	return err
}

func neverFails(f io.Closer) (err error) {
	if f == nil {
		return errors.New("none")
	}
	defer func() { err = f.Close() }() // ok: no error is returned before it
	log.Print("working")
	return nil
}

func recovers(f io.Closer) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r) // ok: the function returned nothing
		}
	}()
	return f.Close()
}

func reason(ctx context.Context, f io.Closer) (err error) {
	defer func() {
		if ctx.Err() != nil {
			err = ctx.Err() // ok: the reason of the other
		}
	}()
	return f.Close()
}

func put(f io.Closer, worse error) (err error) {
	panicked := true
	defer func() {
		if panicked {
			err = worse // ok: on purpose
		}
	}()
	err = f.Close()
	panicked = false
	return err
}

func local(f io.ReadCloser) error {
	var err error
	defer func() { err = f.Close() }() // ok: err is no result, see deferred in part errors
	_, err = io.ReadAll(f)
	return err
}

func own(f io.ReadCloser) (err error) {
	defer func() {
		err := f.Close() // ok: another variable
		log.Print(err)
	}()
	_, err = io.ReadAll(f)
	return err
}
