// Without the go statement nothing is lost, and the job runs until noon.
//
// FAILS: SendAll took
package digest

func SendAll(addresses []string, send func(address string)) {
	for _, address := range addresses {
		send(address)
	}
}
