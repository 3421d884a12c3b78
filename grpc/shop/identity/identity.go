// Package identity is who a process of the shop is: a certificate of an
// authority of the shop's own, which both ends of a connection show and check
// (mutual TLS). It belongs to part 12 of the guide.
//
// # What to write
//
// A server asks each client for a certificate and checks it
// (tls.RequireAndVerifyClientCert); RequireAnyClientCert asks and believes
// whatever comes. The authority is one that signs for the shop alone
// (tls.Config.ClientCAs): with the system's, everybody with a web site may call.
// A certificate says what it is good for, so that the one of a client is none of
// a server's.
//
// A client knows whom it calls by the service's name, and not by its address,
// which is another one after each restart ([Files.Client]).
//
// Certificates are short-lived, and renewed in their files by whoever issues
// them. The files are read at each handshake, so that a process need not be
// started again for that; a handshake happens a few times a day, and costs more
// than two small files. A connection that is open stays, whatever becomes of its
// certificate.
//
// # What finds it
//
// Clients without a certificate, with one of another authority, with one that
// has expired and with one of the wrong kind: each is refused by a test.
package identity

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
)

// Files are where a process finds who it is, as PEM. The zero value is nobody.
type Files struct {
	Cert, Key string
	// CA are the authorities that others are believed by.
	CA string
}

// ErrPart is the error of files of which some are named and some are not.
var ErrPart = errors.New("a certificate, its key and the authority belong together")

// None reports whether no file is named, or ErrPart if not all are.
func (f Files) None() (bool, error) {
	if f == (Files{}) {
		return true, nil
	}
	if f.Cert == "" || f.Key == "" || f.CA == "" {
		return false, ErrPart
	}
	return false, nil
}

// Server returns the configuration of a server that serves nobody who has no
// certificate of the authority.
func (f Files) Server() (*tls.Config, error) {
	pool, err := f.load()
	if err != nil {
		return nil, err
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS13,
		NextProtos: []string{"h2", "http/1.1"},
		ClientAuth: tls.RequireAndVerifyClientCert,
		ClientCAs:  pool,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return f.certificate()
		},
	}, nil
}

// Client returns the configuration of a client of the service that has a name,
// wherever it is.
func (f Files) Client(service string) (*tls.Config, error) {
	pool, err := f.load()
	if err != nil {
		return nil, err
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS13,
		RootCAs:    pool,
		ServerName: service,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return f.certificate()
		},
	}, nil
}

// load reads the authorities, and looks whether the rest can be read: a mistake
// is to be told at the start, and not at the first handshake.
func (f Files) load() (*x509.CertPool, error) {
	if _, err := f.certificate(); err != nil {
		return nil, err
	}
	b, err := os.ReadFile(f.CA)
	if err != nil {
		return nil, fmt.Errorf("the authority: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(b) {
		return nil, fmt.Errorf("the authority: no certificate in %s", f.CA)
	}
	return pool, nil
}

func (f Files) certificate() (*tls.Certificate, error) {
	c, err := tls.LoadX509KeyPair(f.Cert, f.Key)
	if err != nil {
		return nil, fmt.Errorf("the certificate: %w", err)
	}
	return &c, nil
}
