// Command house checks what a pattern package must have:
//
//   - a package comment and a test;
//
//   - a BUG note in every exported function of a file named buggy*.go, methods
//     and constructors apart, and a test that is named after each note's function;
//
//   - "until go1.N" in every note of a file that a //go:build go1.M line
//     compiles as an older Go, and "since go1.N" in those of a newer one; a
//     newer file without notes says "Since Go 1.N" in the doc of what it exports.
//
//     go run ./house -root DIR
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	root := flag.String("root", ".", "the folder that holds go.work")
	flag.Parse()
	found, err := check(*root)
	if err != nil {
		fmt.Fprintln(os.Stderr, "house:", err)
		os.Exit(2)
	}
	for _, f := range found {
		fmt.Println(f)
	}
	if len(found) > 0 {
		os.Exit(1)
	}
}
