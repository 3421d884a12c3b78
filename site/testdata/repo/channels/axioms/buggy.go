package axioms

// SendOnClosed sends.
func SendOnClosed() {
	c := make(chan int)
	close(c)
	c <- 1 // BUG(panic): SendOnClosed sends on a closed channel.
}
