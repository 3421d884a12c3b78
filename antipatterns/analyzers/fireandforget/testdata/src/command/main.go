package main

import "time"

func main() {
	report()
	time.Sleep(time.Hour)
}

func report() {
	go func() { // ok: the process is a command, and its end ends this
		for range time.Tick(time.Minute) {
			println("alive")
		}
	}()
}
