package tail

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// Each test is a bubble: it ends only when all goroutines in it have ended, and
// reports those that cannot.

func TestMerge_bringsEveryLineOnceAndCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var streams []<-chan string
		for s := range 5 {
			lines := make(chan string)
			streams = append(streams, lines)
			go func() {
				defer close(lines)
				for i := range 20 * s { // the first is closed at once
					lines <- fmt.Sprintf("%d:%03d", s, i)
				}
			}()
		}
		got := map[byte][]string{}
		n := 0
		for line := range Merge(t.Context(), streams...) {
			got[line[0]] = append(got[line[0]], line)
			n++
		}
		if n != 200 {
			t.Errorf("Of 200 lines %d came.", n)
		}
		for _, lines := range got {
			if !slices.IsSorted(lines) {
				t.Errorf("The lines of one stream came in another order: %v", lines)
			}
		}
	})
}

func TestMerge_doesNotLetOneStreamWaitForAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent, busy := make(chan string), make(chan string)
		go func() {
			time.Sleep(time.Hour)
			close(silent)
		}()
		go func() {
			defer close(busy)
			for range 3 {
				time.Sleep(time.Second)
				busy <- "line"
			}
		}()
		start := time.Now()
		for range Merge(t.Context(), silent, busy, silent) {
			if late := time.Since(start); late > 3*time.Second {
				t.Errorf("A line that was there after 3s at most came after %v: it had to wait for a silent stream.", late)
			}
		}
		if took := time.Since(start); took != time.Hour {
			t.Errorf("The last stream was closed after 1h0m0s, the merged one after %v.", took)
		}
	})
}

func TestMerge_leavesNothingWhenCtxEnds(t *testing.T) {
	for name, read := range map[string]int{"before the first line is read": 0, "after some lines": 7} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				endless, silent := make(chan string), make(chan string)
				go func() {
					for {
						select {
						case endless <- "line":
						case <-ctx.Done():
							return
						}
					}
				}()
				merged := Merge(ctx, endless, silent)
				for range read {
					<-merged
				}
				synctest.Wait() // all that can happen has happened
				cancel()
				synctest.Wait()
				for range len(merged) { // if it has a buffer
					<-merged
				}
				select {
				case _, open := <-merged:
					if open {
						t.Error("ctx has ended, and a goroutine still waits to send its line.")
					}
				default:
					t.Error("ctx has ended, and the merged stream is not closed: a range over it waits.")
				}
			})
		})
	}
}

func TestMerge_knowsInstancesThatDoNotRun(t *testing.T) {
	for name, streams := range map[string][]<-chan string{
		"none at all": {},
		"nil alone":   {nil, nil},
		"nil beside":  {nil, closed("a"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				n := 0
				for range Merge(ctx, streams...) {
					n++
				}
				if ctx.Err() != nil {
					t.Error("All streams were closed or nil, and the merged one stayed open until ctx ended.\n" +
						"A receive from a nil channel waits for ever.")
				}
				if name == "nil beside" && n != 1 {
					t.Errorf("Beside two nil streams one brought a line, and %d came.", n)
				}
			})
		})
	}
}

// closed returns a stream that holds these lines and is closed.
func closed(lines ...string) <-chan string {
	stream := make(chan string, len(lines))
	for _, line := range lines {
		stream <- line
	}
	close(stream)
	return stream
}
