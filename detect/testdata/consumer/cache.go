// Package consumer stands for a repository that uses the kit: what the kit's
// test runs here is run as its users run it.
package consumer

// Cache is refreshed in the background.
type Cache struct{ refresh chan struct{} }

// Get starts a refresh that nobody awaits.
func (c *Cache) Get() string {
	c.refresh = make(chan struct{})
	go func() { c.refresh <- struct{}{} }() // BUG(goleak, leakprofile, synctest): Get's refresh is never received
	return "value"
}

// inner is not exported.
func inner() {
	var c Cache
	c.Get() // BUG(goleak, leakprofile, synctest): inner leaks by Get
}
