//go:build unix

package pgserver

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// apart gives the server a session of its own, so that a Ctrl-C at the terminal
// does not reach it before it reaches the tests, and for root another user.
func (s *Server) apart() error {
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if os.Getuid() != 0 {
		return nil
	}
	uid, gid, err := unprivileged()
	if err != nil {
		return err
	}
	s.cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uid, Gid: gid}
	return os.Chown(s.dir, int(uid), int(gid))
}

// unprivileged returns a user whom PostgreSQL does not refuse.
func unprivileged() (uid, gid uint32, err error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return 0, 0, fmt.Errorf("user %s: %w", name, err)
		}
		return uint32(uid), uint32(gid), nil
	}
	return 0, 0, errors.New("root may not run PostgreSQL, and there is no user postgres or nobody")
}
