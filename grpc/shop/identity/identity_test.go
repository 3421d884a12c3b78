package identity

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func authority(t *testing.T) *Authority {
	t.Helper()
	a, err := NewAuthority(time.Hour)
	require.NoError(t, err)
	return a
}

func issued(t *testing.T, a *Authority, service string) Files {
	t.Helper()
	f, err := a.Issue(t.TempDir(), service, time.Hour)
	require.NoError(t, err)
	return f
}

// serve serves as the service that the files name.
func serve(t *testing.T, f Files) (url string, done func()) {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.TLS.PeerCertificates[0].Subject.CommonName)
	}))
	var err error
	s.TLS, err = f.Server()
	require.NoError(t, err)
	s.Config.ErrorLog = nil
	s.StartTLS()
	return s.URL, s.Close
}

// call returns what a server says to a client with a configuration.
func call(t *testing.T, url string, c *tls.Config) (string, error) {
	t.Helper()
	h := &http.Client{Transport: &http.Transport{TLSClientConfig: c}, Timeout: time.Minute}
	defer h.CloseIdleConnections()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	res, err := h.Do(r)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(res.Body)
	return string(b), errors.Join(err, res.Body.Close())
}

func client(t *testing.T, f Files, service string) *tls.Config {
	t.Helper()
	c, err := f.Client(service)
	require.NoError(t, err)
	return c
}

func TestFiles_serveThoseOfTheAuthority(t *testing.T) {
	t.Parallel()
	ours, theirs := authority(t), authority(t)
	url, done := serve(t, issued(t, ours, "users"))
	defer done()
	said, err := call(t, url, client(t, issued(t, ours, "orders"), "users"))
	require.NoError(t, err)
	assert.Equal(t, "orders", said)

	stranger := issued(t, theirs, "orders")
	stranger.CA = issued(t, ours, "orders").CA // it trusts us, and we do not trust it
	nobody := client(t, issued(t, ours, "orders"), "users")
	nobody.GetClientCertificate = nil
	old := client(t, issued(t, ours, "orders"), "users")
	old.MinVersion, old.MaxVersion = 0, tls.VersionTLS12
	for name, c := range map[string]*tls.Config{
		"without a certificate":           nobody,
		"with one of another authority":   client(t, stranger, "users"),
		"with one that is over":           client(t, over(t, ours), "users"),
		"with one that is for a server":   client(t, forServers(t, ours), "users"),
		"that asks for another service":   client(t, issued(t, ours, "orders"), "gateway"),
		"that trusts another authority":   client(t, issued(t, theirs, "orders"), "users"),
		"that speaks TLS 1.2 at the most": old,
	} {
		_, err := call(t, url, c)
		assert.Error(t, err, name)
	}
}

func over(t *testing.T, a *Authority) Files {
	t.Helper()
	f, err := a.Issue(t.TempDir(), "orders", -time.Second)
	require.NoError(t, err)
	return f
}

func forServers(t *testing.T, a *Authority) Files {
	t.Helper()
	f, err := a.issue(t.TempDir(), "orders", time.Hour, x509.ExtKeyUsageServerAuth)
	require.NoError(t, err)
	return f
}

// What is renewed is shown from the next handshake on, by both ends.
func TestFiles_areReadAgain(t *testing.T) {
	t.Parallel()
	a := authority(t)
	f := issued(t, a, "users")
	url, done := serve(t, f)
	defer done()
	c := client(t, f, "users")
	serial := func() (n string) {
		c.VerifyConnection = func(s tls.ConnectionState) error {
			n = s.PeerCertificates[0].SerialNumber.String()
			return nil
		}
		said, err := call(t, url, c)
		require.NoError(t, err)
		assert.Equal(t, "users", said)
		return n
	}
	before := serial()
	assert.Equal(t, before, serial())
	_, err := a.Issue(filepath.Dir(f.Cert), "users", time.Hour)
	require.NoError(t, err)
	assert.NotEqual(t, before, serial())
}

func TestFiles_tellAtOnceWhatIsWrong(t *testing.T) {
	t.Parallel()
	good := issued(t, authority(t), "users")
	empty := filepath.Join(t.TempDir(), "empty")
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	for want, f := range map[string]Files{
		"the certificate: open /no/such": {"/no/such", good.Key, good.CA},
		"the certificate: tls: ":         {good.Cert, empty, good.CA},
		"the authority: open /no/such":   {good.Cert, good.Key, "/no/such"},
		"the authority: no certificate":  {good.Cert, good.Key, empty},
	} {
		_, err := f.Server()
		assert.ErrorContains(t, err, want)
		_, err = f.Client("users")
		assert.ErrorContains(t, err, want)
	}
	none, err := Files{}.None()
	assert.NoError(t, err)
	assert.True(t, none)
	none, err = good.None()
	assert.NoError(t, err)
	assert.False(t, none)
	_, err = Files{Cert: good.Cert}.None()
	assert.ErrorIs(t, err, ErrPart)
}

// A key is for its process alone.
func TestAuthority_Issue_writesForOneUser(t *testing.T) {
	t.Parallel()
	f := issued(t, authority(t), "users")
	about, err := os.Stat(f.Key)
	require.NoError(t, err)
	assert.Zero(t, about.Mode().Perm()&0o077)
	left, err := os.ReadDir(filepath.Dir(f.Key))
	require.NoError(t, err)
	assert.Len(t, left, 3)
	_, err = authority(t).Issue("/no/such", "users", time.Hour)
	assert.ErrorContains(t, err, "a certificate of users")
}
