package identity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"time"
)

// An Authority signs certificates. Its key is in memory alone, and gone with the
// process: an authority for a demonstration and for tests. In production this is
// cert-manager, Vault or a mesh.
type Authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// NewAuthority returns an authority that is believed for a time.
func NewAuthority(valid time.Duration) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("an authority: %w", err)
	}
	made := template("shop", valid)
	made.IsCA, made.BasicConstraintsValid, made.MaxPathLenZero = true, true, true
	made.KeyUsage = x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, made, made, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("an authority: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("an authority: %w", err)
	}
	return &Authority{cert, key}, nil
}

// Issue writes a certificate of a service, its key and the authority's
// certificate into a folder. It is good for the service's server and for its
// clients, for a time from now on.
func (a *Authority) Issue(dir, service string, valid time.Duration) (Files, error) {
	return a.issue(dir, service, valid, x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth)
}

func (a *Authority) issue(dir, service string, valid time.Duration, usage ...x509.ExtKeyUsage) (Files, error) {
	failed := func(err error) (Files, error) {
		return Files{}, fmt.Errorf("a certificate of %s: %w", service, err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return failed(err)
	}
	made := template(service, valid)
	made.DNSNames = []string{service}
	made.KeyUsage = x509.KeyUsageDigitalSignature
	made.ExtKeyUsage = usage
	der, err := x509.CreateCertificate(rand.Reader, made, a.cert, key.Public(), a.key)
	if err != nil {
		return failed(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return failed(err)
	}
	f := Files{
		Cert: filepath.Join(dir, service+".crt"),
		Key:  filepath.Join(dir, service+".key"),
		CA:   filepath.Join(dir, "ca.crt"),
	}
	if err := errors.Join(
		write(f.CA, "CERTIFICATE", a.cert.Raw),
		write(f.Cert, "CERTIFICATE", der),
		write(f.Key, "PRIVATE KEY", private),
	); err != nil {
		return failed(err)
	}
	return f, nil
}

// clocks is by how much those of two machines may differ.
const clocks = time.Minute

func template(name string, valid time.Duration) *x509.Certificate {
	now := time.Now()
	serial := new(big.Int).SetBytes([]byte(rand.Text()[:16]))
	return &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-clocks), NotAfter: now.Add(valid),
	}
}

// write replaces a file, so that who reads it reads the old one or the new.
func write(path, kind string, der []byte) error {
	b := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // 0o600
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err := errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return os.Rename(f.Name(), path)
}
