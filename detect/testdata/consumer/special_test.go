//go:build special

package consumer

import (
	"testing"

	"example.com/goguide/detect"
)

func TestSpecial(t *testing.T) { detect.Bug(t, Special) }
