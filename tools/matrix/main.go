// Command matrix runs every test in both modes and shows which detector
// reports which bug, beside what make lint has found without running it.
//
//	go run ./matrix -root DIR          print the matrix, rewrite the READMEs' tables
//	go run ./matrix -root DIR -check   print it, and fail if a cell is open or a table is stale
//	go run ./matrix -root DIR -record OUT [PART …]
//	                                   also write each detector's report to OUT/PART.json
//
// With parts it runs only these and leaves the tables alone.
//
// Race mode is make test: go test -race. Plain mode is CGO_ENABLED=0 go test, on
// Go 1.26 with GOEXPERIMENT=goroutineleakprofile, here in each module without the
// workspace. Each mode closes what is open in the other. What this release of Go
// does not build keeps the row that it has.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
)

func main() {
	var o options
	flag.StringVar(&o.root, "root", ".", "the folder that holds go.work")
	flag.BoolVar(&o.check, "check", false, "fail if a cell is open or a README's table is stale, and write nothing")
	flag.StringVar(&o.record, "record", "", "the folder to write the detectors' reports to, if any")
	flag.Parse()
	o.parts = flag.Args()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := o.run(ctx, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "matrix:", err)
		os.Exit(1)
	}
}

type options struct {
	root, record string
	check        bool
	parts        []string
}

func (o options) run(ctx context.Context, out io.Writer) error {
	findings, err := readFindings(o.root)
	if err != nil {
		return err
	}
	artifacts := ""
	if o.record != "" {
		if artifacts, err = os.MkdirTemp("", "goguide-record-"); err != nil {
			return fmt.Errorf("making room for reports: %w", err)
		}
		defer os.RemoveAll(artifacts)
	}
	var all report
	both, err := modes(o.root, artifacts, o.parts)
	if err != nil {
		return err
	}
	for _, m := range both {
		said, err := m.test(ctx, o.root, out)
		if err != nil {
			return err
		}
		all.add(said)
	}
	if len(o.parts) > 0 {
		findings = slices.DeleteFunc(findings, func(f finding) bool {
			part, _, _ := f.place()
			return !slices.Contains(o.parts, part)
		})
	}
	if o.record != "" {
		if err := writeRecord(ctx, o.root, o.record, both, all, findings); err != nil {
			return err
		}
		fmt.Fprintln(out, "wrote the detectors' reports to", o.record)
	}
	return o.tables(all, findings, out)
}

// tables shows the matrix, and writes or checks what is made of it.
func (o options) tables(all report, findings []finding, out io.Writer) error {
	bugs := merge(all, findings)
	if len(bugs) == 0 {
		return errors.New("no test has published a verdict: is this the folder that holds go.work?")
	}
	bugs, left, err := o.keep(bugs)
	if err != nil {
		return err
	}
	printTable(out, bugs)
	printSummary(out, bugs, all.verdicts)
	if len(left) > 0 {
		fmt.Fprintf(out, "%s leaves the files of these out, whose rows are kept as %s has them: %s\n", runtime.Version(), jsonFile, strings.Join(left, ", "))
	}
	if len(o.parts) > 0 {
		return nil
	}
	if err := closed(bugs); err != nil && o.check {
		return err
	} else if err != nil {
		fmt.Fprintln(out, "make check will refuse this:", err)
	}
	if err := updateReadmes(o.root, bugs, o.check, out); err != nil {
		return err
	}
	if err := updateJSON(o.root, bugs, o.check, out); err != nil {
		return err
	}
	fmt.Fprintln(out, "every claim holds, in both modes")
	return nil
}
