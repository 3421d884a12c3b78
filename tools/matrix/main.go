// Command matrix runs every test in both modes and shows which detector
// reports which bug, beside what make lint has found without running it.
//
//	go run ./matrix -root DIR          print the matrix, rewrite the READMEs' tables
//	go run ./matrix -root DIR -check   print it, and fail if a table is stale
//
// Race mode is make test: go test -race. Plain mode is CGO_ENABLED=0 go test, on
// Go 1.26 with GOEXPERIMENT=goroutineleakprofile, here in each module without the
// workspace. Each mode closes what is open in the other.
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
	findings, err := readFindings(root)
	if err != nil {
		return err
	}
	var all report
	both, err := modes(root)
	if err != nil {
		return err
	}
	for _, m := range both {
		said, err := m.test(ctx, root, out)
		if err != nil {
			return err
		}
		all.verdicts = append(all.verdicts, said.verdicts...)
		all.refusals = append(all.refusals, said.refusals...)
	}
	bugs := merge(all, findings)
	if len(bugs) == 0 {
		return errors.New("no test has published a verdict: is this the folder that holds go.work?")
	}
	printTable(out, bugs)
	printSummary(out, bugs, all.verdicts)
	if err := updateReadmes(root, bugs, check, out); err != nil {
		return err
	}
	if err := updateJSON(root, bugs, check, out); err != nil {
		return err
	}
	fmt.Fprintln(out, "every claim holds, in both modes")
	return nil
}
