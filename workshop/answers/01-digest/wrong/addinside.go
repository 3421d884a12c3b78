// The goroutine counts itself, but Wait may look before it has begun: the
// counter is still zero, and Wait returns at once. go vet sees this one.
//
// FAILS: its goroutine had not begun
package digest

import "sync"

func SendAll(addresses []string, send func(address string)) {
	var mails sync.WaitGroup
	for _, address := range addresses {
		go func() {
			mails.Add(1)
			defer mails.Done()
			send(address)
		}()
	}
	mails.Wait()
}
