package report

import (
	"crypto/sha256"
	"fmt"
	"testing"
)

// The answers are kept as hashes, so that reading the test gives none away.

func TestLine(t *testing.T) {
	switch hash("Line", Line) {
	case "c6f838fb26124bb3":
	case "13ca79f499f04adb":
		t.Errorf("Line %d is one of the two accesses. It holds the lock, to the end of its function.", Line)
	case "478936a80c516023", "936372228d00a555":
		t.Errorf("Line %d is further down in a stack: a call on the way to the access, which is on top.", Line)
	case "cb5a8db92a118456":
		t.Errorf("Line %d is under the lock, and not in the report. It is near.", Line)
	default:
		t.Errorf("Line %d of visits.go is not the access without its lock. Which lines stand on top of the two stacks?", Line)
	}
}

func TestMemory(t *testing.T) {
	switch hash("Memory", Memory) {
	case "21be48371852d6cf":
	case "b071500779bc4113":
		t.Errorf("%q is only used under the lock.", Memory)
	default:
		t.Errorf("%q is not the field that both accesses use.", Memory)
	}
}

func TestStarted(t *testing.T) {
	switch hash("Started", Started) {
	case "0dc81e3a91fd7c1b":
	case "dd2699669c5e6c91":
		t.Errorf("Line %d runs in the goroutine. It does not start it.", Started)
	case "25e04d607ce91e2a", "5ca01968d0e6717a", "20c152457c91b1a8", "56fcf0e462f0effe", "944e47b90ef48597":
		t.Errorf("Line %d is in the report, in another file.", Started)
	default:
		t.Errorf("Line %d does not start the goroutine of the older access. Its number stands after \"Previous write\".", Started)
	}
}

func hash(name string, value any) string {
	return fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%s=%v", name, value)))[:16]
}
