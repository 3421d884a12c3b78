package heartbeat

import (
	"context"
	"time"
)

// BesideTheWork converts videos and pulses until it is done. Compare [Each].
func BesideTheWork(
	videos <-chan string,
	interval time.Duration,
	convert func(string),
) <-chan struct{} {
	pulse := make(chan struct{}, 1)
	done := make(chan struct{})
	go func() {
		tick := time.NewTicker(interval)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				// BUG(test): BesideTheWork pulses from a goroutine of its own,
				// which goes on while the conversion is stuck.
				select {
				case pulse <- struct{}{}:
				default:
				}
			case <-done:
				return
			}
		}
	}()
	go func() {
		defer close(done)
		for v := range videos {
			convert(v)
		}
	}()
	return pulse
}

// BlockingPulse resizes images, pulses before each, and closes both channels
// at the end. Compare [Watch].
func BlockingPulse(
	ctx context.Context,
	images []string,
	resize func(string) string,
) (pulse <-chan struct{}, resized <-chan string) {
	beats, results := make(chan struct{}), make(chan string)
	go func() {
		defer close(beats)
		defer close(results)
		for _, image := range images {
			// BUG(deadlock, hang, leakprofile, synctest): BlockingPulse waits
			// for a watcher; where nobody watches, nothing is resized.
			beats <- struct{}{}
			select {
			case results <- resize(image):
			case <-ctx.Done():
				return
			}
		}
	}()
	return beats, results
}

// OnlyWithJobs delivers mails and beats after each. Compare [Each].
func OnlyWithJobs(
	ctx context.Context,
	mails <-chan string,
	beat func(),
	deliver func(context.Context, string) error,
) error {
	for {
		select {
		case mail, open := <-mails:
			if !open {
				return nil
			}
			if err := deliver(ctx, mail); err != nil {
				return err
			}
			beat()
		// BUG(test): OnlyWithJobs does not beat while it waits for a mail: in
		// a quiet night its watcher takes it for dead.
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
