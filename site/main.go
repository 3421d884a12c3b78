// Command site builds the reference and serves it.
//
//	go run ./site build -out DIR [-base URL] [-source URL]
//	go run ./site serve [-addr HOST:PORT]
//	go run ./site anchors
//	go run ./site bench [NAME.txt …]
//
// It reads the parts as text, matrix.json, and the reports of a recorded run
// where there is one; make site makes one first. Anchors adds new identifiers
// to site/anchors.txt, which keeps links alive. Bench records the benchmarks
// anew that the site plots, those of site/content/bench.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"example.com/goguide/site/internal/deadlink"
	"example.com/goguide/site/internal/live"
	"example.com/goguide/site/internal/pages"
	"example.com/goguide/site/internal/plot"
)

//go:generate go run . anchors

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if errors.Is(err, flag.ErrHelp) {
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "site:", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("say build -out DIR, serve, anchors or bench; -h after one of them lists its flags")

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 {
		return errUsage
	}
	flags := flag.NewFlagSet("site "+args[0], flag.ContinueOnError)
	var cfg pages.Config
	var dir, addr string
	flags.StringVar(&cfg.Root, "root", "", "goguide's root; without it, the folder with go.work that is nearest above")
	switch args[0] {
	case "build":
		flags.StringVar(&dir, "out", "", "the folder to write; it must be empty, or written by build before")
		flags.StringVar(&cfg.Base, "base", "", "where the site will stand, for canonical links: https://example.org/goguide")
		flags.StringVar(&cfg.Source, "source", "", "where the repository can be read: https://github.com/OWNER/goguide")
	case "serve":
		flags.StringVar(&addr, "addr", "127.0.0.1:8420", "where to listen")
	case "anchors", "bench":
	default:
		return errUsage
	}
	flags.StringVar(&cfg.Record, "record", "", "the folder of a recorded run; without it, .cache/record")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if flags.NArg() > 0 && args[0] != "bench" {
		return fmt.Errorf("%q is no flag: %w", flags.Arg(0), errUsage)
	}
	if args[0] == "build" && dir == "" {
		return errors.New("build wants -out DIR, the folder to write")
	}
	var err error
	if cfg.Root, err = root(cfg.Root); err != nil {
		return err
	}
	switch args[0] {
	case "build":
		return build(ctx, cfg, dir, out)
	case "serve":
		return live.Serve(ctx, cfg, addr, out)
	case "bench":
		return plot.Record(ctx, cfg.Root, filepath.Join(cfg.Root, "site", "content", "bench"), flags.Args(), out)
	}
	return anchors(ctx, cfg, out)
}

// root finds goguide's root.
func root(named string) (string, error) {
	start := cmp.Or(named, ".")
	dir, err := filepath.Abs(start)
	if err != nil {
		return "", fmt.Errorf("finding the root: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return dir, nil
		}
		if named != "" || dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no go.work in %s: name goguide's root by -root", start)
		}
		dir = filepath.Dir(dir)
	}
}

func build(ctx context.Context, cfg pages.Config, dir string, out io.Writer) error {
	if err := pages.Writable(dir); err != nil {
		return err
	}
	start := time.Now()
	site, err := pages.Build(ctx, cfg)
	if err != nil {
		return err
	}
	built := time.Since(start)
	if dead := deadlink.Check(site.Files); len(dead) > 0 {
		return fmt.Errorf("%d dead links, such as\n\t%s", len(dead), strings.Join(dead[:min(10, len(dead))], "\n\t"))
	}
	if err := site.Write(dir); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d files in %s, of %d bugs; made in %.1f s, with link check and writing %.1f s\n",
		len(site.Files), dir, site.Bugs, built.Seconds(), time.Since(start).Seconds())
	live.SayMissing(out, site.Missing)
	return nil
}

// anchorsFile lists the identifiers that somebody may have linked to.
const anchorsFile = "anchors.txt"

// anchors adds new identifiers to the list, and refuses to drop one that has
// no redirect.
func anchors(ctx context.Context, cfg pages.Config, out io.Writer) error {
	site, err := pages.Build(ctx, cfg)
	if err != nil {
		return err
	}
	dir := filepath.Join(cfg.Root, "site")
	file := filepath.Join(dir, anchorsFile)
	old, err := readLines(file)
	if err != nil {
		return err
	}
	lost, err := site.Lost(old, filepath.Join(dir, "redirects.txt"))
	if err != nil {
		return err
	}
	if len(lost) > 0 {
		return lostError(lost)
	}
	all := slices.Concat(old, site.Anchors)
	slices.Sort(all)
	all = slices.Compact(all)
	if slices.Equal(all, old) {
		return nil
	}
	if err := os.WriteFile(file, []byte(strings.Join(all, "\n")+"\n"), 0o644); err != nil {
		return fmt.Errorf("writing the list of anchors: %w", err)
	}
	fmt.Fprintf(out, "%s: %d more\n", anchorsFile, len(all)-len(old))
	return nil
}

func lostError(lost []string) error {
	return fmt.Errorf("links to these would die; say in site/redirects.txt where each is now:\n\t%s", strings.Join(lost, "\n\t"))
}

func readLines(file string) ([]string, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the list of anchors: %w", err)
	}
	return strings.Fields(string(text)), nil
}
