// In one select stop is a case like the others: of those that are ready it is
// taken by chance.
//
// FAILS: stop was pressed during the third job
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
	return nil
}
