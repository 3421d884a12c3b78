// Command mutate breaks one claim of the repository at a time and expects a
// test to say so.
//
//	go run ./mutate -root DIR                  every mutant of every BUG note
//	go run ./mutate -root DIR -n 5 [-seed S]   five of them, drawn at random
//	go run ./mutate -root DIR -only leak       those of a package or function
//	go run ./mutate -root DIR -list            only print them
//
// For each BUG note that detect.Bug proves it takes the note away, drops each
// detector, and adds one that is not there; and it ends the bug, by letting the
// function return before it does anything. A mutant survives if the package's
// tests pass in race mode and in plain mode. Then the exit code is 1.
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
	"slices"
	"strings"
	"time"
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
	var survivors []mutant
	for i, m := range mutants {
		if list {
			fmt.Fprintln(out, m)
			continue
		}
		why, err := m.try(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", m, err)
		}
		verdict := "killed: " + why
		if why == "" {
			verdict = "SURVIVED"
			survivors = append(survivors, m)
		}
		fmt.Fprintf(out, "%3d/%d  %s\n         %s\n", i+1, len(mutants), m, verdict)
	}
	if len(survivors) > 0 {
		return fmt.Errorf("%d of %d mutants survived, the first: %s. A claim that can be broken unseen is not proven",
			len(survivors), len(mutants), survivors[0])
	}
	return nil
}
