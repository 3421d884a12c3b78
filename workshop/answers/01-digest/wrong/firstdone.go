// One value says that one mail is out, not that all are.
//
// FAILS: SendAll returned while
package digest

func SendAll(addresses []string, send func(address string)) {
	done := make(chan struct{}, len(addresses))
	for _, address := range addresses {
		go func() {
			send(address)
			done <- struct{}{}
		}()
	}
	if len(addresses) > 0 {
		<-done
	}
}
