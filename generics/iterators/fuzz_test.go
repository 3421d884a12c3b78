package iterators

import (
	"cmp"
	"iter"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// A card has a rank to be sorted by and the place that it came from.
type card struct {
	rank byte
	from int
}

func byRank(a, b card) int { return cmp.Compare(a.rank, b.rank) }

func cards(ranks []byte, from int) []card {
	all := make([]card, len(ranks))
	for i, r := range ranks {
		all[i] = card{r & 15, from + i}
	}
	return all
}

// The adapters beside what one would write for slices, left at the k-th value.
// go test runs what is in testdata/fuzz; go test -fuzz FuzzAdapters looks for
// more.
func FuzzAdapters(f *testing.F) {
	f.Fuzz(func(t *testing.T, ranks, others []byte, n, k uint8) {
		a, b := cards(ranks, 0), cards(others, 1000)
		n %= 8
		var m meter

		agree(t, a[:min(int(n), len(a))], Take(of(&m, a...), int(n)), int(k))
		size := max(int(n), 1)
		agree(t, slices.Collect(slices.Chunk(a, size)), Chunk(of(&m, a...), size), int(k))

		pairs := make([][2]card, min(len(a), len(b)))
		for i := range pairs {
			pairs[i] = [2]card{a[i], b[i]}
		}
		agree(t, pairs, func(yield func([2]card) bool) {
			for v, w := range Zip(of(&m, a...), of(&m, b...)) {
				if !yield([2]card{v, w}) {
					return
				}
			}
		}, int(k))

		slices.SortStableFunc(a, byRank)
		slices.SortStableFunc(b, byRank)
		sorted := slices.Concat(a, b)
		slices.SortStableFunc(sorted, byRank)
		agree(t, sorted, Merge(byRank, of(&m, a...), of(&m, b...)), int(k))
		require.Zero(t, m.open, "all is closed")
	})
}

func agree[T any](t *testing.T, want []T, seq iter.Seq[T], k int) {
	t.Helper()
	got := first(seq, k)
	if k > 0 {
		want = want[:min(k, len(want))]
	}
	require.Len(t, got, len(want))
	for i := range want {
		require.Equal(t, want[i], got[i])
	}
}
