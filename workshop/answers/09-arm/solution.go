// Package arm drives a robot arm that puts parcels on pallets.
//
// There were two mistakes. While there was no work, Run waited in the inner
// select, which had no case for stop: the look at stop before it was an hour
// old when the next job came. And both queues stood in one select, which takes
// any of the cases that are ready.
//
// Now the urgent queue is asked alone, and only when it is empty does Run wait,
// for all three. stop is looked at last, just before do: it may have been
// pressed while Run got the job, or both may have been ready. By then the job
// is received, so it is returned and not dropped. A closed queue becomes nil,
// for it would be ready for ever, and bring jobs without a name.
package arm

// Run does jobs, one after the other, by calling do: an urgent one if there is
// one, or else one of jobs. It waits when there is none. A queue that is closed
// brings no more; when both are, Run returns.
//
// When stop is closed, Run returns, once the job that it is doing is done. No
// job begins after that. If it has received one that it has not begun, it
// returns it.
func Run(stop <-chan struct{}, urgent, jobs <-chan string, do func(job string)) (left []string) {
	for urgent != nil || jobs != nil {
		job, from := "", &urgent
		ok := false
		select {
		case job, ok = <-urgent: // first, if there is one
		default:
			select {
			case <-stop:
				return nil
			case job, ok = <-urgent:
			case job, ok = <-jobs:
				from = &jobs
			}
		}
		if !ok {
			*from = nil // closed
			continue
		}
		if stopped(stop) {
			return []string{job}
		}
		do(job)
	}
	return nil
}

func stopped(stop <-chan struct{}) bool {
	select {
	case <-stop:
		return true
	default:
		return false
	}
}
