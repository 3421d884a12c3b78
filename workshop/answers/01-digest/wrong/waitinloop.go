// Waiting in the loop is the same as no go statement at all, in more words.
//
// FAILS: SendAll took
package digest

import "sync"

func SendAll(addresses []string, send func(address string)) {
	var mails sync.WaitGroup
	for _, address := range addresses {
		mails.Add(1)
		go func() {
			defer mails.Done()
			send(address)
		}()
		mails.Wait()
	}
}
