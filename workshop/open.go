package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/charmbracelet/x/term"

	"example.com/goguide/workshop/internal/progress"
	"example.com/goguide/workshop/internal/tui"
)

// open is the terminal UI; without a terminal, a check of the next exercise.
func open(ctx context.Context, c *call) int {
	if !term.IsTerminal(os.Stdin.Fd()) || !term.IsTerminal(os.Stdout.Fd()) {
		return check(ctx, c)
	}
	lock, err := c.Alone()
	if errors.Is(err, progress.ErrTaken) {
		fmt.Fprintln(c.errs, "workshop:", progress.ErrTaken,
			"(in another window?). Quit that one; list, check and the other verbs work beside it.")
		return exitBroken
	}
	if err == nil {
		defer lock.Release()
	}
	if err := tui.Run(ctx, c.Session); err != nil {
		return c.fail(err)
	}
	return exitOK
}
