package axioms

import "testing"

func TestSendOnClosed(t *testing.T) { detect.Bug(t, SendOnClosed) }
