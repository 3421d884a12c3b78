package pages

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strconv"
	"testing"
)

var errDown = errors.New("server is down")

// server hands out the numbers from 0, in pages of these sizes.
type server struct {
	sizes   []int
	failAt  int // the page that cannot be had; 0 for none, as page 0 always can
	fetched []string
}

func (s *server) fetch(_ context.Context, token string) ([]int, string, error) {
	s.fetched = append(s.fetched, token)
	n, _ := strconv.Atoi(token) // "" is 0
	if n >= len(s.sizes) {
		return nil, "", errors.New("there is no page " + token)
	}
	if s.failAt > 0 && n == s.failAt {
		return []int{-1}, "7", errDown // what comes with an error is of no use
	}
	first := 0
	for _, size := range s.sizes[:n] {
		first += size
	}
	page := make([]int, s.sizes[n])
	for i := range page {
		page[i] = first + i
	}
	if n+1 == len(s.sizes) {
		return page, "", nil
	}
	return page, strconv.Itoa(n + 1), nil
}

func collect(t *testing.T, seq iter.Seq2[int, error]) (all []int, errs []error) {
	t.Helper()
	for v, err := range seq {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if all = append(all, v); len(all)+len(errs) > 1000 {
			t.Fatal("There is no end.")
		}
	}
	return all, errs
}

func TestAll_bringsEveryElementInOrder(t *testing.T) {
	for name, sizes := range map[string][]int{
		"one page":                {3},
		"three pages":             {3, 3, 2},
		"an empty one between":    {2, 0, 2},
		"an empty one at the end": {2, 0},
		"nothing":                 {0},
	} {
		t.Run(name, func(t *testing.T) {
			s := &server{sizes: sizes}
			all, errs := collect(t, All(t.Context(), s.fetch))
			want := 0
			for _, size := range sizes {
				want += size
			}
			if len(all) != want || !slices.IsSorted(all) || errs != nil {
				t.Errorf("Pages of %v elements gave %v and the errors %v.", sizes, all, errs)
			}
			if len(s.fetched) != len(sizes) {
				t.Errorf("There are %d pages, and these were fetched: %q", len(sizes), s.fetched)
			}
		})
	}
}

func TestAll_fetchesWhatIsAskedFor(t *testing.T) {
	s := &server{sizes: []int{3, 3, 3}}
	seq := All(t.Context(), s.fetch)
	if len(s.fetched) > 0 {
		t.Fatalf("Nobody has asked for anything, and %d pages are fetched.", len(s.fetched))
	}
	n := 0
	for range seq {
		n++
		if want := (n + 2) / 3; len(s.fetched) != want {
			t.Fatalf("At element %d, of pages of three, %d pages were fetched, not %d.", n, len(s.fetched), want)
		}
	}
}

func TestAll_endsWhereTheLoopIsLeft(t *testing.T) {
	for at := 1; at <= 6; at++ {
		s := &server{sizes: []int{3, 3, 3}}
		n := 0
		for range All(t.Context(), s.fetch) { // a second yield after the end would panic here
			if n++; n == at {
				break
			}
		}
		if want := (at + 2) / 3; len(s.fetched) != want {
			t.Fatalf("The loop was left at element %d, of pages of three, and %d pages were fetched, not %d.", at, len(s.fetched), want)
		}
	}
}

func TestAll_tellsAnErrorOnceAndEnds(t *testing.T) {
	s := &server{sizes: []int{3, 3, 3}, failAt: 1}
	var all []int
	var errs []error
	for v, err := range All(t.Context(), s.fetch) {
		if err != nil {
			errs = append(errs, err)
			if v != 0 {
				t.Errorf("With the error came %d, not the zero value.", v)
			}
		} else {
			all = append(all, v)
		}
		if len(errs) > 3 {
			t.Fatal("The error comes again and again.")
		}
	}
	if len(errs) != 1 || !errors.Is(errs[0], errDown) {
		t.Errorf("The second page cannot be had, and the errors are %v.\nWho gets none believes that the list is whole.", errs)
	}
	if len(all) != 3 {
		t.Errorf("Before the error came %v; the first page has 3 elements.", all)
	}
	for range All(t.Context(), (&server{sizes: []int{0, 1}, failAt: 1}).fetch) {
		break // leaving at the error must be possible as well
	}
}

func TestAll_beginsAnewEachTime(t *testing.T) {
	s := &server{sizes: []int{2, 2}}
	seq := All(t.Context(), s.fetch)
	for range seq {
		break
	}
	first, _ := collect(t, seq)
	second, _ := collect(t, seq)
	if len(first) != 4 || len(second) != 4 {
		t.Errorf("Two ranges over the same list of 4 gave %v and %v.", first, second)
	}
}

func TestAll_isForEveryTypeAndPassesCtxOn(t *testing.T) {
	type key struct{}
	ctx := context.WithValue(t.Context(), key{}, "r-42")
	for s, err := range All(ctx, func(ctx context.Context, _ string) ([]string, string, error) {
		return []string{ctx.Value(key{}).(string)}, "", nil
	}) {
		if s != "r-42" || err != nil {
			t.Errorf("A list of one text gave %q, %v.", s, err)
		}
	}
}
