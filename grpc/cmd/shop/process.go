package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

// A process is one of the system's.
type process struct {
	cmd   *exec.Cmd
	stdin io.Closer
	addresses
	// ended is closed when it has, and err says how.
	ended chan struct{}
	err   error
}

// spawn runs this program as one service.
func (s *system) spawn(ctx context.Context, name string) (*process, error) {
	args := []string{
		"-only", name, "-data", s.data, "-delay", s.delay.String(), "-child", "-faulty",
		"-write-time", s.writeTime.String(), "-try", s.try.String(),
		"-rate", fmt.Sprint(s.rate), "-at-once", fmt.Sprint(s.atOnce), "-without", strings.Join(s.without, ","),
		"-users", s.url("users"), "-orders", s.url("orders"),
	}
	if s.signs != nil {
		f, err := s.signs.Issue(s.keys(), name, valid)
		if err != nil {
			return nil, err
		}
		args = append(args, "-cert", f.Cert, "-key", f.Key, "-ca", f.CA)
	}
	c := exec.Command(s.self, args...) //nolint:noctx // it is told to end, and not killed
	c.Env = append(os.Environ(), "SHOP_TOKEN="+s.token, "SHOP_DSN="+s.dsn)
	c.Stderr = s.stderr
	c.SysProcAttr = apart() // Ctrl-C is for this process, which then ends them in order
	stdin, err := c.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: c, stdin: stdin, ended: make(chan struct{})}
	first := make(chan string, 1)
	go func() {
		defer close(p.ended)
		lines := bufio.NewScanner(stdout)
		if lines.Scan() {
			first <- lines.Text()
		}
		_, _ = io.Copy(io.Discard, stdout)
		p.err = c.Wait()
	}()
	select {
	case line := <-first:
		if err := json.Unmarshal([]byte(line), &p.addresses); err != nil {
			return nil, errors.Join(fmt.Errorf("%q is no address: %w", line, err), p.kill())
		}
		return p, nil
	case <-p.ended:
		return nil, fmt.Errorf("it ended before it served: %w", p.err)
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), p.kill())
	}
}

// kill ends a process at once.
func (p *process) kill() error {
	err := p.cmd.Process.Kill()
	<-p.ended
	_ = p.stdin.Close()
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// term ends a process in order, and returns how it ended.
func (p *process) term() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-p.ended
	_ = p.stdin.Close()
	return p.err
}
