package b

import "a"

type Other interface { // ok: another module's methods are not to be split here
	a.Eleven
	A()
}
