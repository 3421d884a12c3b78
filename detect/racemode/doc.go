// Package racemode tells a program whether it was built with the race detector.
//
// A test that calls the go command wants to know: with the flag that it was
// built with itself, the standard library is there already, and without it, it
// is built once more. That takes half a minute on two cores, in one test.
//
// The idea and the form are those of internal/race in the Go tree.
package racemode
