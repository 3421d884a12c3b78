// A test that fails on everything finds every bug, and is of no use.
//
// FAILS: your test fails on code that is right
package export

import "testing"

func TestWrite(t *testing.T) { t.Error("there are bugs") }
