package stack

// RecursiveBreadcrumb returns the categories from the root down to id, until
// somebody moves a category below its own child. Compare [Breadcrumb].
func RecursiveBreadcrumb(parents map[string]string, id string) []string {
	parent, below := parents[id]
	if !below {
		return []string{id}
	}
	// BUG(fatal): RecursiveBreadcrumb never ends where a category is its own
	// ancestor: its stack overflows, which no recover catches.
	return append(RecursiveBreadcrumb(parents, parent), id)
}
