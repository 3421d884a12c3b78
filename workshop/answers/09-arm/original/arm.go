// Package arm drives a robot arm that puts parcels on pallets.
//
// # What people see
//
// Somebody presses the emergency stop, and the arm stands still, since there is
// no work. An hour later a truck arrives, and the arm moves. On other days it
// stops at once, mostly. And an urgent parcel, which is to go before all
// others, goes before about half of them.
//
// # Your task
//
// After stop, no job begins. Urgent jobs come first. No job is done that nobody
// has sent, and none gets lost.
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
		select {
		case <-stop:
			return nil
		default:
			select {
			case job, ok := <-urgent:
				if !ok {
					urgent = nil
					continue
				}
				do(job)
			case job, ok := <-jobs:
				if !ok {
					jobs = nil
					continue
				}
				do(job)
			}
		}
	}
	return nil
}
