package a

func inTest() {
	go poll() // ok: the end of the tests ends it
}
