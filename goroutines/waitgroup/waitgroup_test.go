package waitgroup

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
	"example.com/goguide/detect/refused"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errGone = errors.New("gone")

func TestFetchAll_keepsOrderAndJoinsErrors(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		lastBegan := make(chan struct{})
		pages, err := FetchAll(t.Context(), []string{"a", "b", "c"},
			func(_ context.Context, url string) (string, error) {
				if url == "c" {
					close(lastBegan)
					return "page c", nil
				}
				<-lastBegan // so the first to begin are the last to end
				if url == "b" {
					return "half a page", errGone
				}
				return "page " + url, nil
			})
		require.ErrorIs(t, err, errGone)
		assert.ErrorContains(t, err, "b: gone")
		assert.Equal(t, []string{"page a", "", "page c"}, pages)
	})
}

func TestFetchAll_withoutUrls(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		pages, err := FetchAll(t.Context(), nil, nil)
		require.NoError(t, err)
		assert.Empty(t, pages)
	})
}

func TestWorkers_workAtOnceUntilJobsIsClosed(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		jobs := make(chan string)
		go func() {
			defer close(jobs)
			for i := range 9 {
				jobs <- fmt.Sprint(i)
			}
		}()
		var mu sync.Mutex
		done := map[string]int{}
		var trio sync.WaitGroup // three jobs begin before one of them ends
		trio.Add(3)
		err := Workers(t.Context(), 3, jobs,
			func(_ context.Context, job string) {
				if job < "3" {
					trio.Done()
					trio.Wait()
				}
				mu.Lock()
				defer mu.Unlock()
				done[job]++
			})
		require.NoError(t, err)
		assert.Len(t, done, 9)
		for job, n := range done {
			assert.Equal(t, 1, n, "job %s", job)
		}
	})
}

func TestWorkers_endWithContextAndWait(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		jobs := make(chan string, 1) // never closed
		jobs <- "a"
		finished := false
		err := Workers(ctx, 2, jobs, func(context.Context, string) {
			cancel()
			finished = true
		})
		require.ErrorIs(t, err, context.Canceled)
		assert.True(t, finished)
	})
}

func TestAddInside(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		fetching := make(chan struct{})
		slots := make(chan struct{}, 1)
		slots <- struct{}{} // another request holds the only slot
		pages := AddInside([]string{"a"}, slots, func(string) string {
			close(fetching)
			return "page a"
		})
		assert.Equal(t, []string{""}, pages, "Wait has waited for nothing")
		<-slots
		<-fetching
		t.Logf("the caller reads %d bytes", len(pages[0])) // during the write
	})
}

// The near-miss: a goroutine may add while its own Add is not yet done, for
// then the counter is above zero.
func TestAddInside_whileTheCounterIsAboveZero(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var wg sync.WaitGroup
		page, links := "", make([]string, 2)
		wg.Go(func() {
			page = "page"
			for i := range links {
				wg.Go(func() { links[i] = "link of " + page })
			}
		})
		wg.Wait()
		assert.Equal(t, []string{"link of page", "link of page"}, links)
	})
}

func TestSkippedDone(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		SkippedDone([]string{"a", "b"}, func(url string) (string, error) {
			if url == "b" {
				return "", errGone
			}
			return "page " + url, nil
		})
	})
}

// The near-miss: while no fetch fails, every Done is reached.
func TestSkippedDone_noFailure(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		pages := SkippedDone([]string{"a", "b"}, fetchPage)
		assert.Equal(t, []string{"page a", "page b"}, pages)
	})
}

func TestDoneTwice(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		returned := make(chan struct{})
		pages := DoneTwice([]string{"a", "b"}, func(url string) (string, error) {
			if url == "b" {
				return "", errGone
			}
			<-returned
			return "page " + url, nil
		})
		assert.Equal(t, []string{"", ""}, pages, "Wait has not waited for a")
		close(returned)
	})
}

func TestDoneTwice_noFailure(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		pages := DoneTwice([]string{"a", "b"}, fetchPage)
		assert.Equal(t, []string{"page a", "page b"}, pages)
	})
}

func fetchPage(url string) (string, error) { return "page " + url, nil }

func TestCopiedByAppend(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		secondBegan := make(chan struct{})
		CopiedByAppend([][]string{{"a"}, {"b"}},
			func(url string) {
				if url == "b" {
					close(secondBegan)
				}
				<-secondBegan // so a is still being fetched when the slice grows
			},
			func(int) {})
	})
}

// The near-miss: one batch needs no second array.
func TestCopiedByAppend_oneBatch(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var mu sync.Mutex
		fetched := 0
		CopiedByAppend([][]string{{"a", "b"}},
			func(string) {
				mu.Lock()
				defer mu.Unlock()
				fetched++
			},
			func(int) { assert.Equal(t, 2, fetched) })
	})
}

func TestSharedLoopVariable(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		SharedLoopVariable([]string{"a", "b", "c"}, strings.ToUpper)
	})
}

// The same code in today's language.
func TestSharedLoopVariable_today(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		urls := []string{"a", "b", "c"}
		pages := make([]string, len(urls))
		var wg sync.WaitGroup
		for i, url := range urls {
			visit := func() {
				defer wg.Done()
				pages[i] = strings.ToUpper(url)
			}
			wg.Add(1)
			go visit()
		}
		wg.Wait()
		assert.Equal(t, []string{"A", "B", "C"}, pages)
	})
}

func TestVet_refusesTheTextbookForms(t *testing.T) {
	t.Parallel()
	refused.Vet(t, "testdata/refused")
}
