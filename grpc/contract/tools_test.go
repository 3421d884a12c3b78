package contract

import (
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/grpc/grpcserver"
	"example.com/goguide/grpc/internal/pinned"
	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/requestid"
	"example.com/goguide/grpc/users"
)

// What operators have is no test's client: the pinned commands themselves, which
// go generate builds.

func command(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	return pinned.Command(t, "../..", name, args...)
}

// each runs a test with both servers, without TLS and with it.
func each(t *testing.T, test func(t *testing.T, s *session, ca string)) {
	for name, build := range map[string]Build{
		"connect-go": correct,
		"grpc-go":    func(c users.Config) Server { return grpcserver.New(c, requestid.GRPCServer()...) },
	} {
		t.Run(name+" without TLS", func(t *testing.T) {
			t.Parallel()
			test(t, newSession(t, build, false), "")
		})
		t.Run(name+" with TLS", func(t *testing.T) {
			t.Parallel()
			s := newSession(t, build, true)
			ca := filepath.Join(t.TempDir(), "ca.pem")
			block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.certificate})
			require.NoError(t, os.WriteFile(ca, block, 0o600))
			test(t, s, ca)
		})
	}
}

func TestHealthProbe_seesWhatTheServerSays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *session, ca string) {
		probe := func() (int, string) {
			args := []string{"-addr", s.addr, "-service", userv1.UserService_ServiceDesc.ServiceName, "-connect-timeout", "60s", "-rpc-timeout", "60s"}
			if ca != "" {
				args = append(args, "-tls", "-tls-ca-cert", ca)
			}
			c := command(t, "grpc-health-probe", args...)
			out, _ := c.CombinedOutput()
			require.NotNil(t, c.ProcessState, "%s", out)
			return c.ProcessState.ExitCode(), string(out)
		}
		code, out := probe()
		assert.Zero(t, code, out)
		assert.Contains(t, out, "status: SERVING")
		s.setServing(false)
		code, out = probe()
		assert.Equal(t, 4, code, out) // the probe's "not serving"
		assert.Contains(t, out, `"NOT_SERVING"`)
	})
}

// buf curl knows no .proto here: it asks the server's reflection.
func TestBufCurl_callsByReflection(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *session, ca string) {
		args := []string{"curl", "--protocol", "grpc", "--data", `{"name": "Ann", "age": 30}`}
		if ca == "" {
			args = append(args, "--http2-prior-knowledge")
		} else {
			args = append(args, "--cacert", ca)
		}
		out, err := command(t, "buf", append(args, s.url()+"/user.v1.UserService/CreateUser")...).CombinedOutput()
		require.NoError(t, err, "%s", out)
		assert.Contains(t, string(out), `"name": "Ann"`)
	})
}
