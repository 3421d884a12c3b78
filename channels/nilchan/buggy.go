package nilchan

import "context"

// ZeroForClosed serves orders and refunds until ctx ends. Compare [Merge].
func ZeroForClosed(
	ctx context.Context,
	orders, refunds <-chan int,
	serve, refund func(id int),
) {
	for {
		select {
		case id := <-orders:
			// BUG(test): ZeroForClosed does not ask whether orders is closed,
			// and then serves order 0 again and again.
			serve(id)
		case id := <-refunds:
			refund(id)
		case <-ctx.Done():
			return
		}
	}
}

// ClosedStaysIn serves orders and refunds until both have ended. Compare
// [Merge].
func ClosedStaysIn(
	orders, refunds <-chan int,
	serve, refund func(id int),
	ended func(input string),
) {
	var noOrders, noRefunds bool
	for !noOrders || !noRefunds {
		select {
		case id, ok := <-orders:
			if !ok {
				// BUG(test): ClosedStaysIn remembers that orders has ended and
				// leaves it in the select: this case is ready in every turn.
				noOrders = true
				ended("orders")
				continue
			}
			serve(id)
		case id, ok := <-refunds:
			if !ok {
				noRefunds = true
				ended("refunds")
				continue
			}
			refund(id)
		}
	}
}

// NoWayOut serves orders and refunds until both have ended. Compare [Merge].
func NoWayOut(orders, refunds <-chan int, serve, refund func(id int)) {
	for {
		// BUG(deadlock, hang, leakprofile, synctest): NoWayOut switches off one
		// case after the other and waits for ever in what is left.
		select {
		case id, ok := <-orders:
			if !ok {
				orders = nil
				continue
			}
			serve(id)
		case id, ok := <-refunds:
			if !ok {
				refunds = nil
				continue
			}
			refund(id)
		}
	}
}

// EndsWithTheFirst serves orders and refunds until both have ended. Compare
// [Merge].
func EndsWithTheFirst(orders, refunds <-chan int, serve, refund func(id int)) {
	// BUG(goleak, leakprofile, synctest, test): EndsWithTheFirst ends with the
	// input that is closed first; who sends on the other waits for ever.
	for orders != nil && refunds != nil {
		select {
		case id, ok := <-orders:
			if !ok {
				orders = nil
				continue
			}
			serve(id)
		case id, ok := <-refunds:
			if !ok {
				refunds = nil
				continue
			}
			refund(id)
		}
	}
}

// EagerHead sends the mails of in, in order, and never lets their sender wait.
// Compare [Queue].
func EagerHead(in <-chan string) <-chan string {
	out := make(chan string)
	go func() {
		defer close(out)
		var mails []string
		for in != nil || len(mails) > 0 {
			var receiver chan<- string
			if len(mails) > 0 {
				receiver = out
			}
			select {
			case mail, ok := <-in:
				if !ok {
					in = nil
					continue
				}
				mails = append(mails, mail)
			// BUG(panic): EagerHead's select evaluates mails[0] before it
			// chooses, although the receiver is nil: index out of range.
			case receiver <- mails[0]:
				mails = mails[1:]
			}
		}
	}()
	return out
}
