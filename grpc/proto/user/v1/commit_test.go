package userv1

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
)

// git reports whether git says yes.
func git(t *testing.T, args ...string) bool {
	t.Helper()
	c := exec.CommandContext(t.Context(), "git", args...)
	c.Dir = "../../.."
	return c.Run() == nil
}

// A change that is not committed is compared with the last commit, and the last
// commit with the one before. In CI it must be there to compare with.
func TestBuf_breaksNothingSinceTheLastCommit(t *testing.T) {
	t.Parallel()
	before := "HEAD"
	if git(t, "diff", "--quiet", "HEAD", "--", "proto") {
		before = "HEAD~1"
	}
	if !git(t, "cat-file", "-e", before+":grpc/buf.yaml") {
		const why = "no commit to compare with: not a clone, a shallow one (fetch two commits), or the first with this folder"
		if os.Getenv("CI") != "" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	out, err := buf(t, "breaking", "--against", "../.git#ref="+before+",subdir=grpc").CombinedOutput()
	assert.NoError(t, err, "%s", out)
}
