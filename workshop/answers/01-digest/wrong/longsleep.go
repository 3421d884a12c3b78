// Long enough for every mail: then the job takes this long even when all mails
// are out after a second.
//
// FAILS: SendAll took
package digest

import "time"

func SendAll(addresses []string, send func(address string)) {
	for _, address := range addresses {
		go send(address)
	}
	time.Sleep(1001 * time.Hour)
}
