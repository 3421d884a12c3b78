package leak

import (
	"errors"
	"time"
)

// ErrTimeout says that the backend did not answer in time.
var ErrTimeout = errors.New("backend did not answer in time")

// ErrInvalid says that an order cannot be confirmed.
var ErrInvalid = errors.New("invalid order")

// AbandonedSender waits for a slow backend only so long. Compare [Ask].
func AbandonedSender(
	backend func() string,
	patience time.Duration,
) (string, error) {
	answer := make(chan string)
	go func() {
		// BUG(goleak, leakprofile, synctest): AbandonedSender's send blocks
		// for ever once the caller has timed out: nobody receives.
		answer <- backend()
	}()
	select {
	case a := <-answer:
		return a, nil
	case <-time.After(patience):
		return "", ErrTimeout
	}
}

// AbandonedReceiver starts the goroutine that will notify the customer, and
// only then looks at the order. Look first, then start.
func AbandonedReceiver(valid bool, notify func(string)) error {
	confirmed := make(chan string)
	go func() {
		// BUG(goleak, leakprofile, synctest): AbandonedReceiver's receive
		// blocks for ever: the early return sends nothing.
		notify(<-confirmed)
	}()
	if !valid {
		return ErrInvalid
	}
	confirmed <- "confirmed"
	return nil
}

// FirstOnly takes the fastest replica's answer. Compare [First].
func FirstOnly(replicas ...func() string) string {
	answers := make(chan string)
	for _, ask := range replicas {
		go func() {
			// BUG(goleak, leakprofile, synctest): FirstOnly receives one
			// answer; every other replica's send blocks for ever.
			answers <- ask()
		}()
	}
	return <-answers
}

// NeverClosed hands events to a goroutine. Compare [Each].
func NeverClosed(events []string, handle func(string)) {
	queue := make(chan string)
	go func() {
		// BUG(goleak, leakprofile, synctest): NeverClosed does not close
		// its queue, so this loop waits for one more event for ever.
		for e := range queue {
			handle(e)
		}
	}()
	for _, e := range events {
		queue <- e
	}
}

// EndlessTicker keeps something fresh in the background. Compare [Poll].
func EndlessTicker(every time.Duration, refresh func()) {
	// BUG(goleak, synctest, fireandforget): EndlessTicker's loop has no end, and
	// each call starts one more.
	go func() {
		for range time.Tick(every) {
			refresh()
		}
	}()
}
