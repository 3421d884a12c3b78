//go:build !unix

package pgserver

import "errors"

func (*Server) apart() error {
	return errors.New("a server of its own needs Unix: set DATABASE_URL")
}
