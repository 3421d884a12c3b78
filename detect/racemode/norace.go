//go:build !race

package racemode

// Enabled reports whether this program was built with -race.
const Enabled = false
