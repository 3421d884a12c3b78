package a

import (
	"context"
	"net"
)

type Reads interface {
	A()
	B()
	C()
	D()
	E()
	F()
}

type Writes interface {
	F()
	G()
	H()
	I()
	J()
}

type Ten interface { // ok: F counts once
	Reads
	Writes
}

type Eleven interface { // want `the interface has 11 methods, 10 of them by embedding: declare an interface of the few that are called, where they are called`
	Reads
	Writes
	K()
}

type Again interface { // want `has 11 methods, 11 of them by embedding`
	Eleven
}

func anonymous(interface { // want `has 11 methods`
	Ten
	K()
}) {
}

type Direct interface { // ok: interfacebloat reports it
	Reads
	A()
	B()
	C()
	D()
	E()
	F()
	G()
	H()
	I()
	J()
	K()
}

type Conn interface { // ok: the ten of net and context are not to be split here
	net.Conn
	context.Context
	A()
}

type Sealed interface { // ok: only this package implements it
	Eleven
	sealed()
}

type Constraint interface { // ok: no set of methods alone
	~int | ~string
	Ten
	K()
}
