package done

// OneValue starts watchers that apply the changes of a configuration, and
// returns the function that stops them. Compare [Signal].
func OneValue(
	watchers int,
	changes <-chan string,
	apply func(string),
) (stop func()) {
	done := make(chan struct{})
	for range watchers {
		go func() {
			for {
				select {
				case change := <-changes:
					apply(change)
				case <-done:
					return
				}
			}
		}()
	}
	return func() {
		// BUG(goleak, leakprofile, synctest): OneValue's stop sends one value,
		// which one watcher receives; the others go on for ever.
		done <- struct{}{}
	}
}

// CheckThenClose is what stops a server: by the signal handler, by a deferred
// Close, or by both. Compare [Signal.Fire].
func CheckThenClose(done chan struct{}, flush func()) {
	select {
	case <-done: // somebody was faster
	default:
		flush()
		// BUG(panic): CheckThenClose finds done open and closes it a moment
		// later; two goroutines that find it open both close it.
		close(done)
	}
}

// DeafProducer sends what next returns until done is closed. Compare [Send].
func DeafProducer(
	done <-chan struct{},
	next func() string,
) <-chan string {
	out := make(chan string)
	go func() {
		defer close(out)
		for {
			select {
			case <-done:
				return
			default:
			}
			// BUG(goleak, leakprofile, synctest): DeafProducer looks at done
			// between its sends only. Blocked in one, it hears nothing.
			out <- next()
		}
	}()
	return out
}
