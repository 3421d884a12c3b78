// Package fireandforget defines an analyzer that reports a goroutine which
// nobody can end.
//
// # Analyzer fireandforget
//
// fireandforget: report a goroutine that nobody can end
//
// A goroutine ends when its function returns, and only then. One that can
// neither be told to end nor be awaited leaks, or is cut off in the middle of
// its work when main returns:
//
//	// WRONG
//	func New() *Cache {
//		c := new(Cache)
//		go func() {
//			for range time.Tick(time.Minute) {
//				c.expire()
//			}
//		}()
//		return c
//	}
//
//	nobody can end this goroutine, whose loop at line 4 has no way out: give
//	it a ctx, and return when <-ctx.Done() is ready
//
//	// RIGHT: whoever starts it ends it by ctx, and can wait for it.
//	func (c *Cache) Run(ctx context.Context) error {
//		t := time.NewTicker(time.Minute)
//		defer t.Stop()
//		for {
//			select {
//			case <-ctx.Done():
//				return ctx.Err()
//			case <-t.C:
//				c.expire()
//			}
//		}
//	}
//
// It reports three forms, at the go statement. The function may be a literal or
// one of the same package, whose calls it follows within the package.
//
//   - A loop without a condition, or for true, that nothing leaves: no return,
//     no break, no goto, no panic and no log.Fatal. A range over the channel of
//     a ticker is one too: Stop does not close that channel.
//   - A sleep first, and then what concerns no other goroutine: the way to
//     write a timer without its Stop.
//   - Work that can fail, which neither hears of an end nor tells of its own:
//     go send(address), where send returns an error and takes no ctx. What it
//     gets for itself, as in resp, err := http.Get(url), nobody else can close.
//
// # What it does not report
//
//   - Package main, func init and what a sync.Once runs: such a goroutine is
//     started once and ends with the process. Package runtime is the same.
//   - Tests, whose process ends soon; goleak sees what they leave behind.
//   - Generated files.
//   - The third form where a channel, a ctx, something of sync, a function
//     value, an io.Reader, or a value with a method such as Close, Stop or Wait
//     goes in, or a variable from outside is assigned: somebody may end it, or
//     look at the result. Nor where only functions of package os fail, for files
//     take no ctx, or such as print.
//   - What ends only where a connection breaks, and a send or a receive that
//     blocks for ever: see package goroutines/leak.
//   - Goroutines that a function of another package starts, such as
//     time.AfterFunc or an errgroup.
//
// Measured over the same code as the others (see goguidevet): of the code it
// was made with 5 findings, all of the first form; of other code 7, of which 3
// are of the third. None of the twelve is false. The second form found nothing.
package fireandforget
