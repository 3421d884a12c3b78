// Command matrix runs every test in both modes and shows which detector
// reports which bug.
//
//	go run ./matrix -root DIR          print the matrix, rewrite the READMEs' tables
//	go run ./matrix -root DIR -check   print it, and fail if a table is stale
//
// Race mode is go test -race. Plain mode is CGO_ENABLED=0 go test, on Go 1.26
// with GOEXPERIMENT=goroutineleakprofile. Each closes what is open in the other.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

func main() {
	root := flag.String("root", ".", "the folder that holds go.work")
	check := flag.Bool("check", false, "fail if a README's table is stale, and write nothing")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *root, *check, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "matrix:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, root string, check bool, out io.Writer) error {
	var all []verdict
	for _, m := range modes() {
		vs, err := m.test(ctx, root, out)
		if err != nil {
			return err
		}
		all = append(all, vs...)
	}
	bugs := merge(all)
	if len(bugs) == 0 {
		return errors.New("no test has published a verdict: is this the folder that holds go.work?")
	}
	printTable(out, bugs)
	printSummary(out, bugs, all)
	if err := updateReadmes(root, bugs, check, out); err != nil {
		return err
	}
	fmt.Fprintln(out, "every claim holds, in both modes")
	return nil
}
