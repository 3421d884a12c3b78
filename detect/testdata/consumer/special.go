//go:build special

package consumer

// Special exists in builds with the tag only.
func Special() {
	panic("special") // BUG(panic): Special always panics
}
