package a

import (
	"errors"
	"fmt"
	"log"
)

type E struct{ error }

type node interface{ name() string }

type leaf struct{}

func (*leaf) name() string { return "" }

func declared(bad bool) error {
	var e *E
	if bad {
		e = &E{}
	}
	return e // want `e may be a nil \*E here, and a nil pointer in a result of type error is not nil: write var e error, or return nil where there is none`
}

func set(bad bool) (int, node) {
	l := &leaf{}
	if bad {
		l = nil
	}
	return 0, l // want `l may be a nil \*leaf here, and a nil pointer in a result of type node is not nil: write var l node`
}

func found(all []*leaf) node {
	var hit *leaf
	for _, l := range all {
		if l.name() == "x" {
			hit = l
			break
		}
	}
	return hit // want `hit may be a nil`
}

func checked(l *leaf) node {
	if l == nil {
		return l // want `l may be a nil`
	}
	if l != nil && l.name() == "x" {
		return l // ok
	}
	switch {
	case nil != l:
		return l // ok
	}
	return l // ok: it is not nil here
}

func received(all <-chan *leaf) node {
	l := <-all
	if l == nil {
		return l // want `l may be a nil`
	}
	return l // ok
}

func either(x, y *leaf) node {
	if x == nil || y == nil {
		return nil
	}
	if !(x != nil) {
		return y // ok
	}
	return x // ok
}

func inLiteral() func() error {
	return func() error {
		var e *E
		return e // want `e may be a nil`
	}
}

func pair(e *E) (_, _ error) {
	var l, m = (*E)(nil), e
	return l, m // ok: the conversion is on purpose, and one is an error
}

func always(bad bool) error {
	var e *E
	if bad {
		e = &E{errors.New("bad")}
	} else {
		e = &E{}
	}
	return e // ok
}

func dies(bad bool) error {
	var e *E
	if !bad {
		log.Fatal("good")
	} else {
		e = &E{}
	}
	return e // ok
}

func guarded(bad bool) error {
	var e *E
	if bad {
		e = &E{}
	}
	if e != nil {
		return e // ok
	}
	return nil
}

func pointer(bad bool) *E {
	var e *E
	if bad {
		e = &E{}
	}
	return e // ok: as a pointer, nil is nil
}

func anything(bad bool) any {
	var e *E
	if bad {
		e = &E{}
	}
	return e // ok: an any is made to hold a nil pointer
}

func generic[T node](bad bool) (T, bool) {
	var t T
	return t, bad // ok: T is no interface
}

func failed(bad bool) (node, error) {
	var l *leaf
	if bad {
		return l, errors.New("bad") // ok: nobody looks at l
	}
	return &leaf{}, nil
}

func first(all []*leaf) node {
	var one *leaf
	for _, l := range all {
		if one == nil {
			one = l
		}
	}
	return one // ok: a loop is taken to run
}

func scanned() error {
	var e *E
	fill(&e)
	return e // ok: nobody knows what fill does
}

func fill(e **E) { *e = &E{} }

func captured(each func(func())) error {
	var e *E
	each(func() { e = &E{} })
	return e // ok: nobody knows when it is called
}

func ranged(all []*E) error {
	var e *E
	for _, e = range all {
		fmt.Println(e)
	}
	return e // ok: nobody knows what is in all
}

func (l *leaf) self() node {
	if l == nil {
		return l // ok: a method for nil receivers knows what it returns
	}
	return nil
}

type counter interface {
	inc()
	reset()
}

type counted struct{ n int }

func (c *counted) inc() {
	if c == nil {
		return
	}
	c.n++
}

func (*counted) reset() {}

func optional(name string) counter {
	var c *counted
	if name != "" {
		c = &counted{}
	}
	return c // ok: each method works on nil
}

type strict interface {
	counter
	get() int
}

func (c *counted) get() int { return c.n }

func required(name string) strict {
	var c *counted
	if name != "" {
		c = &counted{}
	}
	return c // want `c may be a nil \*counted here`
}

type quiet struct{}

func (q *quiet) Error() string {
	if q == nil {
		return ""
	}
	return "quiet"
}

func silenced() error {
	var q *quiet
	return q // want `q may be a nil \*quiet here`
}

type embedding struct{ *counted }

func (e *embedding) reset() {
	if e == nil {
		return
	}
}

func embedded(name string) counter {
	var e *embedding
	if name != "" {
		e = &embedding{}
	}
	return e // want `e may be a nil \*embedding here`
}
