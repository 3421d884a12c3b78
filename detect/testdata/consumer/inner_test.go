package consumer

import (
	"testing"

	"example.com/goguide/detect"
)

func Test_inner(t *testing.T) { detect.Bug(t, inner) }
