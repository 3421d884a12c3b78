// A test that fails on everything finds every leak, and is of no use.
//
// FAILS: your test fails on code that is right
package stock

import "testing"

func TestWatch(t *testing.T) { t.Error("there are leaks") }
