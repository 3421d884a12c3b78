package detect

import (
	"runtime/pprof"
	_ "unsafe" // for go:linkname

	"example.com/goguide/detect/racemode"
)

// iscgo tells whether C code is linked in, which the build tag cgo does not:
// it only says that it could be. The runtime keeps this name for others
// (golang.org/issue/67401).
//
//go:linkname iscgo runtime.iscgo
var iscgo bool

// mode names the build in verdicts.
func mode() string {
	switch {
	case racemode.Enabled:
		return "race"
	case iscgo:
		return "cgo"
	default:
		return "plain"
	}
}

// openHere says why a detector cannot look in this build; "" if it can.
func openHere(d Detector) string {
	switch d {
	case Race:
		if !racemode.Enabled {
			return "this build has no race detector: go test -race"
		}
	case LeakProfile:
		if pprof.Lookup(leakProfileName) == nil {
			return "this runtime has no goroutineleak profile: Go 1.26 wants GOEXPERIMENT=goroutineleakprofile, Go 1.27 has it"
		}
	case Deadlock:
		switch {
		case racemode.Enabled:
			return "the runtime does not look for deadlocks under -race: CGO_ENABLED=0 go test"
		case iscgo:
			return "the runtime does not look for deadlocks once C code is linked in, as package net does: CGO_ENABLED=0 go test"
		case watchHidesDeadlock:
			return "on this system a child watches its parent, which hides deadlocks: only Linux needs no watch"
		}
	case Goleak, Synctest, Panic, Fatal, Hang:
	}
	return ""
}
