// Command workshop walks through exercises: edit until the test passes.
//
//	go run ./workshop                   the next exercise; a save gives the verdict
//	go run ./workshop list              all exercises, and which are done
//	go run ./workshop check [NAME]      the verdict on one, by default the next
//	go run ./workshop hint [NAME]       one hint more
//	go run ./workshop reset NAME|-all   as shipped; what you have is kept beside
//	go run ./workshop solution NAME     once it is passed, or with -now
//	go run ./workshop status [-json]    how far you are
//	go run ./workshop verify [NAME …]   proves the exercises; for their authors
//
// NAME is a number, a name or both: 4, 04-quotes, quotes. -course DIR, after
// the verb, takes another folder of exercises. README.md says what such a
// folder holds.
//
// The exit code is 0 for passed or done, 1 for not passed, 2 for a wrong use
// and 3 where something outside of the exercise is in the way. (go run itself
// makes 1 of all but 0.)
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"syscall"

	"example.com/goguide/workshop/internal/session"
)

// The exit codes.
const (
	exitOK = iota
	exitNotPassed
	exitUsage
	exitBroken
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := command(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// call is one use of the command.
type call struct {
	*session.Session
	out, errs io.Writer
	names     []string
	all       bool // reset
	now       bool // solution
	json      bool // status
	full      bool // check
	fast      bool // what the next exercise is
	n         int  // verify
	wrong     int  // verify
}

var verbs = map[string]func(context.Context, *call) int{
	"":         open,
	"list":     list,
	"check":    check,
	"hint":     hint,
	"reset":    reset,
	"solution": solution,
	"status":   status,
	"verify":   verifyAll,
}

func command(ctx context.Context, args []string, out, errs io.Writer) int {
	c := &call{out: out, errs: errs}
	flags := flag.NewFlagSet("workshop", flag.ContinueOnError)
	flags.SetOutput(errs)
	flags.Usage = func() { fmt.Fprint(errs, usage) }
	dir := flags.String("course", "", "")
	flags.BoolVar(&c.all, "all", false, "")
	flags.BoolVar(&c.now, "now", false, "")
	flags.BoolVar(&c.json, "json", false, "")
	flags.BoolVar(&c.full, "full", false, "")
	flags.BoolVar(&c.fast, "fast", false, "")
	flags.IntVar(&c.n, "n", 3, "")
	flags.IntVar(&c.wrong, "wrong", math.MaxInt, "")

	verb, err := parse(flags, args, &c.names)
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	do, ok := verbs[verb]
	if err != nil || !ok {
		if err == nil {
			fmt.Fprintf(errs, "workshop: no verb %q\n\n%s", verb, usage)
		}
		return exitUsage
	}
	if err := c.find(*dir); err != nil {
		return c.fail(err)
	}
	return do(ctx, c)
}

// parse takes flags wherever they stand. The first word is the verb.
func parse(flags *flag.FlagSet, args []string, names *[]string) (string, error) {
	var words []string
	for {
		if err := flags.Parse(args); err != nil {
			return "", err
		}
		if flags.NArg() == 0 {
			break
		}
		words = append(words, flags.Arg(0))
		args = flags.Args()[1:]
	}
	if len(words) == 0 {
		return "", nil
	}
	*names = words[1:]
	return words[0], nil
}

func (c *call) find(dir string) error {
	if dir == "" {
		at, err := os.Getwd()
		if err != nil {
			return fmt.Errorf("finding the course: %w", err)
		}
		if dir, err = session.Find(at); err != nil {
			return err
		}
	}
	s, err := session.New(dir)
	if err != nil {
		return err
	}
	s.Fast = c.fast
	c.Session = s
	return nil
}

// fail says what is in the way of everything.
func (c *call) fail(err error) int {
	fmt.Fprintln(c.errs, "workshop:", err)
	return exitBroken
}

const usage = `Exercises: edit until the test passes.

  go run ./workshop                   the next exercise; a save gives the verdict
  go run ./workshop list              all exercises, and which are done
  go run ./workshop check [NAME]      the verdict on one, by default the next
                                      (-full: with all that the test printed)
  go run ./workshop hint [NAME]       one hint more
  go run ./workshop reset NAME        as shipped (-all: every exercise);
                                      what you have is kept beside
  go run ./workshop solution NAME     once it is passed (-now: before)
  go run ./workshop status            how far you are (-json: for programs)
  go run ./workshop verify [NAME …]   proves the exercises (-n N: each file N times,
                                      -wrong N: wrong fixes of N of them, drawn at random)

NAME is a number, a name or both: 4, 04-quotes, quotes.
-fast leads through the last exercise of each part; passed without a hint, it
stands for the others, which are skipped from then on.
-course DIR takes another folder of exercises.
`
