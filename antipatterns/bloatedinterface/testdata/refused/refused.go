// Package refused has the mistakes of package bloatedinterface with small
// interfaces, where they do not compile.
package refused

type pricer interface {
	Price(item string) (cents int, err error)
	Discount(customer string) (percent int, err error)
}

func invoice(pricer) {}

// A fake has what invoice asked for until today.
type fake struct{ cents int }

func (f fake) Price(string) (int, error) { return f.cents, nil }

type batch interface {
	Prices(items ...string) (cents []int, err error)
}

func total(batch) {}

// A timed store wraps another.
type timed struct{ pricer }

// A view lets read.
type view struct{ prices pricer }

// Refused does not compile.
func Refused(f fake, t timed, v view) {
	invoice(f)              // ERROR "cannot use f (variable of struct type fake) as pricer value in argument to invoice: fake does not implement pricer (missing method Discount)"
	total(t)                // ERROR "cannot use t (variable of struct type timed) as batch value in argument to total: timed does not implement batch (missing method Prices)"
	_ = v.Import(nil)       // ERROR "v.Import undefined (type view has no field or method Import)"
	_, _ = v.Price("a tea") // ERROR "v.Price undefined (type view has no field or method Price)"
}
