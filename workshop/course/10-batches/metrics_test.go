package metrics

import (
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

const (
	size = 5
	wait = 10 * time.Second
)

func TestBatch_sendsTheRestWhenItIsClosed(t *testing.T) {
	sent := play(t, arrivals{0, 0, 0, 0, 0, 0, 0})
	if n := count(sent); n != 7 {
		t.Fatalf("Of 7 events %d were sent: the last events are lost when in is closed.", n)
	}
}

func TestBatch_sendsWhenTheFirstEventHasWaited(t *testing.T) {
	for _, c := range []struct {
		name   string
		events arrivals
		want   []time.Duration // when batches are sent
	}{
		{"one event", arrivals{3 * time.Second, 60 * time.Second}, []time.Duration{13 * time.Second, 63 * time.Second}},
		{"full before the time", arrivals{0, 0, 0, 0, 4 * time.Second, 9 * time.Second, time.Minute}, []time.Duration{4 * time.Second, 23 * time.Second, 73 * time.Second}},
		{"one more right after it", arrivals{0, 0, 0, 0, 4 * time.Second, 2 * time.Second, time.Minute}, []time.Duration{4 * time.Second, 16 * time.Second, 66 * time.Second}},
		{"more come in the meantime", arrivals{0, 6 * time.Second, 3 * time.Second, time.Hour}, []time.Duration{10 * time.Second, time.Hour + 9*time.Second}},
		{"nothing to send for an hour", arrivals{time.Hour, time.Hour}, []time.Duration{time.Hour + wait, 2 * time.Hour}},
		{"two batches at the same time", arrivals{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, time.Minute}, []time.Duration{0, 0, 70 * time.Second}},
	} {
		t.Run(c.name, func(t *testing.T) {
			sent := play(t, c.events)
			for i, s := range sent {
				if len(s.batch) == 0 {
					t.Fatalf("%s: after %v an empty batch was sent.", c.name, s.at)
				}
				// The last one goes when in is closed, if not before.
				if i < len(c.want)-1 && s.at != c.want[i] {
					t.Fatalf("%s: batch %d was sent after %v, not %v. The wait of a batch begins with its first event.", c.name, i+1, s.at, c.want[i])
				}
			}
			if len(sent) != len(c.want) {
				t.Fatalf("%s: %d batches were sent, not %d.", c.name, len(sent), len(c.want))
			}
		})
	}
}

// Whatever comes whenever: every event once, in order, and no batch is kept
// back for longer than it may be.
func TestBatch_isRightForAnyArrivals(t *testing.T) {
	for range 200 {
		var events arrivals
		for range rand.IntN(30) {
			events = append(events, time.Duration(rand.Int64N(int64(wait))*rand.Int64N(2)))
		}
		sent := play(t, events)
		var ids []int
		for i, s := range sent {
			if len(s.batch) == 0 || len(s.batch) > size {
				t.Fatalf("A batch has %d events; it may have 1 to %d.", len(s.batch), size)
			}
			if !slices.Equal(s.batch, s.then) {
				t.Fatalf("Batch %d was %v when it was sent, and is %v now.\n"+
					"send may keep what it was given, so nothing may be written there any more.", i+1, s.then, s.batch)
			}
			for _, e := range s.batch {
				ids = append(ids, e.ID)
			}
		}
		if !slices.IsSorted(ids) || len(ids) != len(events) {
			t.Fatalf("Events 0 to %d came in, and these were sent: %v", len(events)-1, ids)
		}
	}
}

// arrivals are how long each event comes after the one before it.
type arrivals []time.Duration

// sending is what send was given, and what that was then.
type sending struct {
	at          time.Duration
	batch, then []Event
}

// play runs Batch on events, and closes in with the last of them.
func play(t *testing.T, events arrivals) (sent []sending) {
	synctest.Test(t, func(t *testing.T) {
		in := make(chan Event)
		start := time.Now()
		go func() {
			defer close(in)
			for id, after := range events {
				time.Sleep(after)
				in <- Event{id}
			}
		}()
		Batch(in, size, wait, func(batch []Event) {
			sent = append(sent, sending{time.Since(start), batch, slices.Clone(batch)})
		})
	})
	return sent
}

func count(sent []sending) int {
	n := 0
	for _, s := range sent {
		n += len(s.batch)
	}
	return n
}
