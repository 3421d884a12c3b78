package userv1

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"

	"example.com/goguide/grpc/internal/pinned"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// buf returns the pinned buf, which go generate builds.
func buf(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	for _, name := range []string{"user.proto", "../../feed/v1/feed.proto", "../../shop/v1/shop.proto", "../../../buf.yaml"} {
		_, err := os.ReadFile(name) // go test's cache is to know what buf reads
		require.NoError(t, err)
	}
	c := pinned.Command(t, "../../../..", "buf", args...)
	c.Dir = "../../.."
	return c
}

// refusals returns what buf says of a folder of testdata in the place of proto,
// and what its comments claim that buf says: a line number and a rule each.
func refusals(t *testing.T, folder string) (got, want []string) {
	t.Helper()
	c := buf(t, "breaking", "testdata/"+folder, "--against", "proto",
		"--exclude-path", "proto/feed", "--exclude-path", "proto/shop", "--error-format", "json") // which testdata has not
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if exit := new(exec.ExitError); err != nil {
		require.ErrorAs(t, err, &exit, "%s", stderr.String())
	}
	require.Empty(t, stderr.String())
	for line := range bytes.Lines(out) {
		var found struct {
			Line int    `json:"start_line"`
			Rule string `json:"type"`
		}
		require.NoError(t, json.Unmarshal(line, &found), "%s", line)
		got = append(got, fmt.Sprint(found.Line, " ", found.Rule))
	}
	f, err := os.Open("../../../testdata/" + folder + "/user/v1/user.proto")
	require.NoError(t, err)
	defer func() { assert.NoError(t, f.Close()) }()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		if _, rules, ok := strings.Cut(lines.Text(), "// refused "); ok {
			for rule := range strings.FieldsSeq(rules) {
				want = append(want, fmt.Sprint(n, " ", rule))
			}
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	return got, want
}

func TestBuf_refusesWhatBreaksClients(t *testing.T) {
	t.Parallel()
	got, want := refusals(t, "refused")
	assert.NotEmpty(t, want)
	assert.Equal(t, want, got)
}

func TestBuf_acceptsWhatTheySurvive(t *testing.T) {
	t.Parallel()
	got, want := refusals(t, "accepted")
	assert.Empty(t, want)
	assert.Empty(t, got)
}

func TestBuf_lints(t *testing.T) {
	t.Parallel()
	out, err := buf(t, "lint").CombinedOutput()
	assert.NoError(t, err, "%s", out)
}

// What buf refuses compiles, and no error says that it is wrong: an old client
// reads the answer of a new server.
func TestUser_numbersAreItsMeaning(t *testing.T) {
	t.Parallel()
	// Of the refused file: string name = 1.
	answer := append([]byte{1<<3 | 2, byte(len("Ann"))}, "Ann"...)
	var u User
	require.NoError(t, proto.Unmarshal(answer, &u))
	assert.Equal(t, "Ann", u.GetId())
	assert.Empty(t, u.GetName())
}
