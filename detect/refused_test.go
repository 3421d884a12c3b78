package detect

import "sync"

// Declarations whose notes Bug must refuse, and the words in which it must.

func unnoted() { abandonedSender() }

func overclaimed() {
	_ = 0 // BUG(panic): it does nothing at all
}

func halfclaimed() {
	_ = 0 // BUG(hang, test): only an assertion sees it
}

func underclaimed() {
	c := make(chan int)
	go func() { c <- 1 }() // BUG(goleak): synctest sees this too
}

func misspelt() {} // BUG(gohlek): one letter is wrong

func unheardOf() {} // BUG(crystal-ball): no tool is called that

func unlisted() {} // BUG: a sentence without a list

func wordless() {} // BUG(goleak)

func undecided() {
	_ = 0 // BUG(race): it reports
	_ = 0 // BUG(race?): it may report
}

func outlived() {} // BUG(race, until go1.22): loop variables were shared

func early() {} // BUG(test, since go1.99): not yet

type twin struct{}

func (twin) Get() {} // BUG(test): one of two

func twin_Get() {} // BUG(test): the other of two

// nested opens a bubble or a subtest where there is one already.
func nested() {} // BUG(test): never gets that far

// flawed is run with an assertion that fails.
func flawed() {} // BUG(test): never gets that far

// lucky leaks in one of many runs: whoever locks first decides.
func lucky() {
	var mu sync.Mutex
	first := 0
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			if first == 0 {
				first = i + 1
			}
		})
	}
	wg.Wait()
	if first == 1 {
		c := make(chan int)
		go func() { c <- 1 }() // BUG(goleak, leakprofile, synctest): only if the first goroutine came first
	}
}
