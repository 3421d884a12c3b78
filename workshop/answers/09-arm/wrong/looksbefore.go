// stop is looked at before Run waits, and not before it begins: in between lies
// all the time that it waits.
//
// FAILS: stop was pressed before the arm moved
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
		if stopped(stop) {
			return nil
		}
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
