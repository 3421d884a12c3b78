package arm

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// A hall has an arm, in a bubble. Each job takes a second.
type hall struct {
	stop         chan struct{}
	urgent, jobs chan string
	done         []string
	late         bool             // a job began when stop was closed
	during       func(job string) // if set, happens while a job is done
	left         []string
	returned     chan struct{}
}

func newHall() *hall {
	return &hall{
		stop: make(chan struct{}), urgent: make(chan string, 100), jobs: make(chan string, 100),
		returned: make(chan struct{}),
	}
}

func (h *hall) run() {
	go func() {
		defer close(h.returned)
		h.left = Run(h.stop, h.urgent, h.jobs, func(job string) {
			select {
			case <-h.stop:
				h.late = true
			default:
			}
			h.done = append(h.done, job)
			if h.during != nil {
				h.during(job)
			}
			if len(h.done) < 1000 {
				time.Sleep(time.Second)
			} else if len(h.done) == 1000 { // for ever the same
				close(h.stop)
			}
		})
	}()
	synctest.Wait()
}

// wait lets time pass. What was written before may be read after it.
func (h *hall) wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// hasReturned says so if Run still waits.
func (h *hall) hasReturned(t *testing.T, why string) {
	t.Helper()
	synctest.Wait()
	select {
	case <-h.returned:
	default:
		t.Errorf("%s, and Run still waits for work.", why)
	}
}

func TestRun_stopsWhileThereIsNoWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall()
		h.run()
		close(h.stop)
		h.hasReturned(t, "stop was pressed while there was no work")
		h.jobs <- "of the truck that came later"
		h.wait(time.Hour)
		if len(h.done) > 0 {
			t.Errorf("stop was pressed, and an hour later the arm moved: it has done %q.", h.done)
		}
	})
}

func TestRun_stopsWhileThereIsWork(t *testing.T) {
	for range 20 { // what is left to chance shows in one of them
		synctest.Test(t, func(t *testing.T) {
			h := newHall()
			for i := range 50 {
				h.jobs <- fmt.Sprint("job ", i)
				h.urgent <- fmt.Sprint("urgent job ", i)
			}
			h.during = func(string) {
				if len(h.done) == 3 {
					close(h.stop)
				}
			}
			h.run()
			h.wait(time.Hour)
			if len(h.done) > 3 {
				t.Fatalf("stop was pressed during the third job, and the arm has done %d more.", len(h.done)-3)
			}
			h.hasReturned(t, "stop was pressed during a job")
			if n := len(h.jobs) + len(h.urgent) + len(h.left); n != 97 {
				t.Errorf("Of 100 jobs 3 are done, and %d are left: %d are lost.", n, 97-n)
			}
		})
	}
}

// A job is handed to Run, which waits for one, and stop is pressed before Run
// has begun it. On one processor Run runs only once both have happened; should
// the test be interrupted between the two, the job has begun before, and that
// is right as well.
func TestRun_doesNotBeginWhatItHasGotWhenStopIsPressed(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for i := range 20 {
		synctest.Test(t, func(t *testing.T) {
			h := newHall()
			h.run()
			queue := h.jobs
			if i%2 == 0 {
				queue = h.urgent
			}
			queue <- "glass"
			close(h.stop)
			h.wait(time.Hour)
			if h.late {
				t.Fatalf("stop was pressed before the arm moved. It moved all the same.")
			}
			h.hasReturned(t, "stop was pressed")
			if !slices.Equal(slices.Concat(h.done, h.left, drain(h.urgent, h.jobs)), []string{"glass"}) {
				t.Fatalf("A job was not begun, for stop was pressed, and now nobody has it: it is lost.")
			}
		})
	}
}

func drain(queues ...chan string) (jobs []string) {
	for _, q := range queues {
		for len(q) > 0 {
			jobs = append(jobs, <-q)
		}
	}
	return jobs
}

func TestRun_doesWhatIsUrgentFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall()
		for i := range 30 {
			h.jobs <- fmt.Sprint("job ", i)
			h.urgent <- fmt.Sprint("urgent job ", i)
		}
		h.during = func(job string) {
			if job == "job 3" {
				h.urgent <- "an ambulance"
			}
		}
		h.run()
		h.wait(time.Hour)
		for i, job := range h.done[:30] {
			if job != fmt.Sprint("urgent job ", i) {
				t.Fatalf("30 urgent jobs waited, and the one done as number %d was %q.", i+1, job)
			}
		}
		if at := slices.Index(h.done, "an ambulance"); at != 34 {
			t.Errorf("During the fourth of the other jobs an urgent one came. It was done as number %d, not 35.", at+1)
		}
		close(h.stop)
	})
}

func TestRun_beginsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall()
		start := time.Now()
		var began time.Duration
		h.during = func(string) { began = time.Since(start) }
		h.run()
		h.wait(7777777 * time.Microsecond)
		h.urgent <- "an ambulance"
		h.wait(time.Hour)
		if want := 7777777 * time.Microsecond; began != want {
			t.Errorf("An urgent job came while there was no work, and began %v later.", began-want)
		}
		close(h.stop)
	})
}

func TestRun_goesOnWithTheOtherQueue(t *testing.T) {
	for _, first := range []string{"urgent", "jobs"} {
		synctest.Test(t, func(t *testing.T) {
			h := newHall()
			one, other := h.urgent, h.jobs
			if first == "jobs" {
				one, other = other, one
			}
			one <- "a"
			close(one)
			h.run()
			h.wait(time.Hour)
			other <- "b"
			h.wait(time.Hour)
			close(other)
			h.wait(time.Hour)
			if !slices.Equal(h.done, []string{"a", "b"}) {
				t.Errorf("The jobs were a and b, and Run has done %d: %.60q ...", len(h.done), h.done)
			}
			h.hasReturned(t, "Both queues are closed")
		})
	}
}
