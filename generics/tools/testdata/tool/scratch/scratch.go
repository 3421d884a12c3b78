// Package scratch does not compile.
package scratch

var unfinished int = "later"
