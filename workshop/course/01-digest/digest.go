// Package digest mails the morning digest to all customers.
//
// # What people see
//
// The job starts at six and logs "digest sent to 41,000 customers" three
// milliseconds later. Most of them never get it: when the job has logged its
// line, the process exits, and what was still being sent is gone. On the
// laptop of the author, with two customers, it has always worked.
//
// # Your task
//
// SendAll must return when the last mail is out, not before and not later. The
// mails must still go out all at the same time: one after the other would take
// until noon.
package digest

// SendAll calls send for every address, all at the same time, and returns when
// the last call has returned.
func SendAll(addresses []string, send func(address string)) {
	for _, address := range addresses {
		go send(address)
	}
}
