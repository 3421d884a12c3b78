package transform

import "iter"

// An Invoice is an amount of cents that somebody owes.
type Invoice struct {
	Customer string
	Cents    int
}

// Large returns the invoices of 1000 and more. Compare [Filter].
func Large(all []Invoice) []Invoice {
	large := all[:0] // "without an allocation"
	for _, inv := range all {
		if inv.Cents >= 100_000 {
			// BUG(race, test): Large writes its result over the invoices that
			// it was given: the caller's list is another one afterwards.
			large = append(large, inv)
		}
	}
	return large
}

// A Session is what a shop remembers of a visitor.
type Session struct {
	User    string
	Expired bool
	History [4096]byte
}

// Sessions are those of a shop.
type Sessions struct {
	open []*Session
}

// DropExpired forgets the sessions that have expired. The slice is its own, so
// it may filter in place. slices.DeleteFunc does, and clears what is behind.
func (s *Sessions) DropExpired() {
	open := s.open[:0]
	for _, session := range s.open {
		if !session.Expired {
			open = append(open, session)
		}
	}
	// BUG(test): DropExpired leaves the old pointers behind the new length:
	// the garbage collector keeps sessions that no code can reach.
	s.open = open
}

// Average returns the average size of the pages at the urls. What a MapSeq
// yields has to be collected before it is ranged over twice.
func Average(urls iter.Seq[string], fetch func(url string) []byte) int {
	pages := MapSeq(urls, fetch)
	count := ReduceSeq(pages, 0, func(n int, _ []byte) int { return n + 1 })
	if count == 0 {
		return 0
	}
	// BUG(test): Average fetches every page twice: a MapSeq holds no values,
	// it calls its function again for each range.
	size := ReduceSeq(pages, 0, func(n int, p []byte) int { return n + len(p) })
	return size / count
}
