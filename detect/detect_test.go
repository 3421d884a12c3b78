package detect

import "testing"

func Test_noted(t *testing.T) {
	for name, scenario := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			Bug(t, scenario)
		})
	}
}
