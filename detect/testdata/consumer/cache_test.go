package consumer_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"example.com/consumer"
	"example.com/goguide/detect"
)

var own = flag.String("own", "", "a flag of the test's own")

func TestCache_Get(t *testing.T) {
	t.Parallel()
	t.TempDir() // belongs to a child's folder, which goes with it
	detect.Bug(t, func() {
		var c consumer.Cache
		if c.Get() != "value" {
			t.Error("Get does not return the value")
		}
	})
}

func TestCache_Get_inSubtests(t *testing.T) {
	for _, name := range []string{"a b", "with/slash", "(meta.*", "a b"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			detect.Bug(t, func() { new(consumer.Cache).Get() })
		})
	}
}

// A child starts where the test started and gets what it was given.
func TestChildren_seeTheSameWorld(t *testing.T) {
	parent, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("CONSUMER_PARENT", parent)
	t.Setenv("CONSUMER_FLAG", *own)
	detect.Fix(t, func() {
		here, err := os.Getwd()
		if want := os.Getenv("CONSUMER_PARENT"); err != nil || here != want {
			t.Errorf("a child runs in %s, its parent in %s", here, want)
		}
		if *own != os.Getenv("CONSUMER_FLAG") {
			t.Errorf("the test's own flag is %q in a child", *own)
		}
		if testing.Short() != (os.Getenv("CONSUMER_SHORT") != "") {
			t.Error("-short did not reach the child")
		}
		if !filepath.IsAbs(os.TempDir()) {
			t.Error("no folder for temporary files")
		}
	})
}
