package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// program prints in how many rounds of 1,000 the goroutine that was started
// first began first.
const program = `package main

import "runtime"

func main() {
	runtime.GOMAXPROCS(1)
	inOrder := 0
	for range 1000 {
		began := make(chan int, 2)
		go func() { began <- 1 }()
		go func() { began <- 2 }()
		if <-began == 1 {
			inOrder++
		}
		<-began
	}
	println(inOrder)
}
`

func TestWrite_changesTheOrder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	source := filepath.Join(dir, "main.go")
	require.NoError(t, os.WriteFile(source, []byte(program), 0o600))
	overlay, err := write(filepath.Join(dir, "new"))
	require.NoError(t, err)
	inOrder := func(flags ...string) int {
		exe := filepath.Join(dir, "program.exe")
		build := exec.CommandContext(t.Context(), "go", append(append([]string{"build", "-o", exe}, flags...), source)...)
		build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
		out, err := build.CombinedOutput()
		require.NoError(t, err, "%s", out)
		out, err = exec.CommandContext(t.Context(), exe).CombinedOutput()
		require.NoError(t, err, "%s", out)
		n, err := strconv.Atoi(string(out[:len(out)-1]))
		require.NoError(t, err)
		return n
	}
	assert.Less(t, inOrder(), 100, "the one started last runs next")
	n := inOrder("-overlay=" + overlay)
	assert.Greater(t, n, 200)
	assert.Less(t, n, 800)
}

func TestWrite_asksWhere(t *testing.T) {
	t.Parallel()
	_, err := write("")
	assert.EqualError(t, err, "where to? Say -out DIR")
}

func TestUnfair_ofAnotherScheduler(t *testing.T) {
	t.Parallel()
	_, err := unfair("package runtime\n")
	assert.ErrorContains(t, err, "in newproc is there 0 times")
	twice := changes[0].fair + changes[1].fair + changes[1].fair
	_, err = unfair(twice)
	assert.ErrorContains(t, err, "in the scheduler is there 2 times")
}
