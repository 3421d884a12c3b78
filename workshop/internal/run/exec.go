package run

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"time"
)

// Cap is how much output of a process is kept; more ends the process.
const Cap = 1 << 20

// end says how a process ended.
type end struct {
	output []byte
	code   int
	flood  bool // printed more than Cap
	limit  bool // ran longer than its limit
	took   time.Duration
}

var errFlood = errors.New("too much output")

// slots is how many processes run at once: a build uses all of a machine that
// an editor and its language server use as well.
var slots = make(chan struct{}, 2)

// start runs a command in a process group of its own, and does not return
// before all of the group is gone.
func start(ctx context.Context, dir string, limit time.Duration, argv ...string) (end, error) {
	select {
	case slots <- struct{}{}:
		defer func() { <-slots }()
	case <-ctx.Done():
		return end{}, fmt.Errorf("stopped: %w", context.Cause(ctx))
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	ctx, cancel := context.WithTimeoutCause(ctx, limit, context.DeadlineExceeded)
	defer cancel()

	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), environment...)
	out := &capped{full: func() { stop(errFlood) }}
	cmd.Stdout, cmd.Stderr = out, out
	own(cmd)
	cmd.Cancel = func() error { return kill(cmd) }
	cmd.WaitDelay = time.Second // for a child that left the group and holds the pipe
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return end{}, fmt.Errorf("starting %s: %w", argv[0], err)
	}
	err := cmd.Wait()
	_ = kill(cmd) // what the process has left behind; mostly there is nothing
	e := end{output: out.bytes(), code: cmd.ProcessState.ExitCode(), took: time.Since(begin)}
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errFlood):
		e.flood = true
	case errors.Is(cause, context.DeadlineExceeded):
		e.limit = true
	case cause != nil:
		return e, fmt.Errorf("stopped: %w", cause)
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) && cmd.ProcessState == nil {
		return e, fmt.Errorf("running %s: %w", argv[0], err)
	}
	return e, nil
}

// environment is what differs from the user's: exercises belong to no
// workspace; an experiment would have all of the standard library compiled
// anew; the race detector wants cgo, and by default waits a second at the end
// of every process.
var environment = []string{
	"GOWORK=off", "GOEXPERIMENT=", "CGO_ENABLED=1", "GORACE=atexit_sleep_ms=0", "GOTRACEBACK=single",
}

// capped keeps the first Cap bytes.
type capped struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	full func()
}

func (c *capped) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if room := Cap - c.buf.Len(); len(p) > room {
		c.buf.Write(p[:room])
		c.full()
		return len(p), nil // the process must not end of a broken pipe
	}
	return c.buf.Write(p)
}

func (c *capped) bytes() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return bytes.Clone(c.buf.Bytes())
}
