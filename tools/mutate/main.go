// Command mutate breaks one claim of the repository at a time and expects a
// test to say so.
//
//	go run ./mutate -root DIR                  every mutant of every claim
//	go run ./mutate -root DIR -n 5 [-seed S]   five of them, drawn at random
//	go run ./mutate -root DIR -only leak       those of a package, function or line
//	go run ./mutate -root DIR -list            only print them
//
// For each BUG note that detect.Bug proves it takes the note away, drops each
// detector, and adds one that is not there; and it ends the bug, by letting the
// function return before it does anything. Where detect/refused proves what the
// compiler or vet refuses, it drops each claim, changes it, and makes one up. A
// mutant survives if the package's tests pass in race mode and in plain mode.
// Then the exit code is 1. What a note says of linters is broken by make lint.
//
// Nothing is changed in place: mutants are built with go test -overlay, and
// run in a copy of the package's folder.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

func main() {
	root := flag.String("root", ".", "the folder that holds go.work")
	n := flag.Int("n", 0, "how many mutants to draw; 0 means all")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "of the draw, to repeat one")
	only := flag.String("only", "", "keep the mutants whose name contains this, such as leak or FirstOnly")
	list := flag.Bool("list", false, "print the mutants and run none")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, *root, *only, *n, *seed, *list)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, root, only string, n int, seed uint64, list bool) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return fmt.Errorf("finding the root: %w", err)
	}
	mutants, err := find(root)
	if err != nil {
		return err
	}
	mutants = slices.DeleteFunc(mutants, func(m mutant) bool { return !strings.Contains(m.String(), only) })
	if len(mutants) == 0 {
		return fmt.Errorf("no mutant's name contains %q: -list prints them all", only)
	}
	all := len(mutants)
	if n > 0 && n < all {
		rand.New(rand.NewPCG(seed, 0)).Shuffle(all, func(i, j int) {
			mutants[i], mutants[j] = mutants[j], mutants[i]
		})
		mutants = mutants[:n]
		slices.SortFunc(mutants, compare)
		fmt.Fprintf(out, "%d of %d mutants, -seed %d\n", n, all, seed)
	}
	if list {
		for _, m := range mutants {
			fmt.Fprintln(out, m)
		}
		return nil
	}
	survivors, err := tryAll(ctx, out, mutants)
	if err != nil {
		return err
	}
	if len(survivors) > 0 {
		return fmt.Errorf("%d of %d mutants survived, the first: %s. A claim that can be broken unseen is not proven",
			len(survivors), len(mutants), survivors[0])
	}
	return nil
}

// tryAll tries a mutant for each CPU at once, and prints what came of them in
// their order. It returns the survivors.
func tryAll(ctx context.Context, out io.Writer, mutants []mutant) ([]mutant, error) {
	tests, err := newTests()
	if err != nil {
		return nil, err
	}
	defer tests.remove()
	killed := make([]string, len(mutants))
	done := make([]chan struct{}, len(mutants))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.NumCPU() + 1) // the printer
	for i := range done {
		done[i] = make(chan struct{})
	}
	var survivors []mutant
	g.Go(func() error {
		for i, m := range mutants {
			select {
			case <-done[i]:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			verdict := "killed: " + killed[i]
			if killed[i] == "" {
				verdict = "SURVIVED"
				survivors = append(survivors, m)
			}
			fmt.Fprintf(out, "%3d/%d  %s\n         %s\n", i+1, len(mutants), m, verdict)
		}
		return nil
	})
	for i, m := range mutants {
		g.Go(func() (err error) {
			if killed[i], err = m.try(ctx, tests); err != nil {
				return fmt.Errorf("%s: %w", m, err)
			}
			close(done[i])
			return nil
		})
	}
	return survivors, g.Wait()
}
