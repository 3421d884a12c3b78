// Package digest mails the morning digest to all customers.
//
// A go statement starts a goroutine and forgets it: when main returns, the
// process ends and takes all others with it. So whoever starts goroutines has
// to know when they are done. A WaitGroup is a counter to wait on. Go counts up
// in the caller, starts the function, and counts down when it returns, also
// when it panics. (Before Go 1.25: wg.Add(1) before the go statement, defer
// wg.Done() as the first line in it.)
//
// What is still missing for a real job: a limit to how many mails go out at
// once, what to do with those that fail, and an end to it all when the job is
// stopped. The next exercises bring them in.
package digest

import "sync"

// SendAll calls send for every address, all at the same time, and returns when
// the last call has returned.
func SendAll(addresses []string, send func(address string)) {
	var mails sync.WaitGroup
	for _, address := range addresses {
		mails.Go(func() { send(address) })
	}
	mails.Wait()
}
