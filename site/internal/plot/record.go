package plot

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// Record runs the commands of recordings in a folder again, those whose names
// are given or else all, from the root of the repository, and writes what they
// print. It says on out which it runs.
func Record(ctx context.Context, root, dir string, names []string, out io.Writer) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		return fmt.Errorf("listing recordings: %w", err)
	}
	if len(names) > 0 {
		files = nil
		for _, name := range names {
			files = append(files, filepath.Join(dir, name))
		}
	}
	for _, file := range files {
		old, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("reading a recording: %w", err)
		}
		if err := record(ctx, root, file, string(old), out); err != nil {
			return err
		}
	}
	return nil
}

// record keeps the command and the note of a file.
func record(ctx context.Context, root, file, old string, out io.Writer) error {
	command, note := headLine(old, "command"), headLine(old, "note")
	if command == "" {
		return fmt.Errorf("%s has no line such as \"command: cd syncx && go test -bench=Read ./rwmutex\"", file)
	}
	fmt.Fprintln(out, command)
	cmd := exec.CommandContext(ctx, "sh", "-c", command)
	cmd.Dir = root
	cmd.Stderr = os.Stderr
	printed, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("running %q: %w\n%s", command, err, printed)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "date: %s\ngo: %s\ncommand: %s\n", time.Now().Format(time.DateOnly), runtime.Version(), command)
	if note != "" {
		fmt.Fprintf(&b, "note: %s\n", note)
	}
	b.Write(printed)
	if _, err := Read(bytes.NewReader(b.Bytes()), file); err != nil {
		return fmt.Errorf("what %q prints is no recording: %w", command, err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("writing a recording: %w", err)
	}
	return nil
}

func headLine(text, key string) string {
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(line, key+": "); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
