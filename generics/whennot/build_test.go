package whennot

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// record reads one line of CSV, with quotes. The verb is its signature.
const record = `
func record%s (fields []string, _ error) {
	var field []byte
	quoted := false
	for {
		c, err := r.ReadByte()
		switch {
		case err == io.EOF && len(fields)+len(field) > 0:
			return append(fields, string(field)), nil
		case err != nil:
			return nil, err
		case c == '"' && !quoted:
			quoted = true
		case c == '"':
			if c, err = r.ReadByte(); err != nil {
				return append(fields, string(field)), nil
			}
			switch c {
			case '"':
				field = append(field, '"')
			case ',':
				quoted = false
				fields, field = append(fields, string(field)), field[:0]
			case '\n':
				return append(fields, string(field)), nil
			}
		case c == ',' && !quoted:
			fields, field = append(fields, string(field)), field[:0]
		case c == '\n' && !quoted:
			return append(fields, string(field)), nil
		default:
			field = append(field, c)
		}
	}
}
`

// A way to write record, and how readers of different types reach it.
type way struct{ name, signature, receiver, argument string }

// source returns a program with n types of readers, of which no two have the
// same shape, and a call of record for each. The stamp keeps the build cache
// from knowing it.
func (w way) source(n int, stamp int64) string {
	var s strings.Builder
	fmt.Fprintf(&s, "package main\n\nimport \"io\"\n\nconst Stamp = %d\n", stamp)
	fmt.Fprintf(&s, record, w.signature)
	for i := range n {
		fmt.Fprintf(&s, `
type t%[1]d struct{ in%[1]d io.ByteReader }

func (t %[2]st%[1]d) ReadByte() (byte, error) { return t.in%[1]d.ReadByte() }
`, i, w.receiver)
	}
	s.WriteString("\nvar in io.ByteReader\n\nfunc main() {\n")
	for i := range n {
		fmt.Fprintf(&s, "\trecord(%st%d{in})\n", w.argument, i)
	}
	s.WriteString("}\n")
	return s.String()
}

// build builds a program and returns the CPU time of go and its children, and
// the size of what they made.
func build(b *testing.B, source string) (cpu, size float64) {
	b.Helper()
	dir := b.TempDir()
	for name, text := range map[string]string{
		"go.mod":  "module fresh\n\ngo 1.26.0\n",
		"main.go": source,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	cmd := exec.CommandContext(b.Context(), "go", "build", "-o", "program", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=", "GOPROXY=off", "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("go build: %v\n%s", err, out)
	}
	info, err := os.Stat(filepath.Join(dir, "program"))
	if err != nil {
		b.Fatal(err)
	}
	return float64(cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()), float64(info.Size())
}

// BenchmarkBuild reports what one type more costs, in CPU time of the build and
// in bytes of the program, as a multiple of what it costs where record takes an
// interface: the difference between n types and one. A turn builds six
// programs.
func BenchmarkBuild(b *testing.B) {
	const n = 200
	ways := []way{
		{"interface", "(r io.ByteReader)", "*", "&"},
		{"param-of-pointer", "[R io.ByteReader](r R)", "*", "&"},
		{"param-of-struct", "[R io.ByteReader](r R)", "", ""},
	}
	type cost struct{ cpu, size float64 }
	least := func(w way, n int, so cost) cost {
		cpu, size := build(b, w.source(n, time.Now().UnixNano()))
		return cost{min(so.cpu, cpu), size}
	}
	one, many := make([]cost, len(ways)), make([]cost, len(ways))
	for i := range ways {
		one[i].cpu, many[i].cpu = math.Inf(1), math.Inf(1)
	}
	for b.Loop() {
		for i, w := range ways {
			one[i] = least(w, 1, one[i])
			many[i] = least(w, n, many[i])
		}
	}
	for i, w := range ways[1:] {
		i++
		b.ReportMetric((many[i].cpu-one[i].cpu)/(many[0].cpu-one[0].cpu), w.name+"/interface-cpu")
		b.ReportMetric((many[i].size-one[i].size)/(many[0].size-one[0].size), w.name+"/interface-bytes")
	}
	b.ReportMetric((many[0].size-one[0].size)/(n-1), "interface-B/type")
	b.ReportMetric(0, "ns/op") // of all ways: of no interest
}
