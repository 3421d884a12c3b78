package panicking

import (
	"encoding/json"
	"log"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"text/template"
)

// A Throttle knows how many requests are let in a second. Compare [Limiter].
type Throttle struct{ limit atomic.Int64 }

// Reload sets the limit, at start and on each SIGHUP. Compare
// [Limiter.Reload].
func (t *Throttle) Reload(text string) {
	n, err := strconv.Atoi(text)
	if err != nil {
		// BUG(panic): Throttle.Reload ends a server that works, and all its
		// requests, for a typing error that it could have refused.
		panic(err)
	}
	t.limit.Store(int64(n))
}

// LoadRates reads the exchange rates of today. Compare [Rates].
func LoadRates(read func() ([]byte, error)) []byte {
	rates, err := read()
	if err != nil {
		// BUG(test): LoadRates ends the process of whoever calls it: no deferred
		// call runs, no recover helps, and yesterday's rates would have done.
		log.Fatalf("exchange rates: %v", err)
	}
	return rates
}

// Authorized lets in whose token is known. Compare [Token].
func Authorized(known map[string]bool, next http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		// BUG(panic): Authorized has no second word where there is no header:
		// instead of 401 the client gets a connection that is closed.
		token := strings.Split(r.Header.Get("Authorization"), " ")[1]
		if !known[token] {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	}
}

// Notify runs the jobs of a queue, each a JSON object. Compare [Recipient].
func Notify(jobs [][]byte, send func(to string)) error {
	for _, job := range jobs {
		var args map[string]any
		if err := json.Unmarshal(job, &args); err != nil {
			return err
		}
		// BUG(errcheck, forcetypeassert, panic): Notify takes what JSON brings
		// for a string: one job without "to" ends the runner, at each restart.
		send(args["to"].(string))
	}
	return nil
}

// GreetAll writes the mails of the night, each with the text of its customer.
// Compare [NewGreeting].
func GreetAll(texts map[string]string, send func(customer, mail string)) {
	for customer, text := range texts {
		// BUG(panic): GreetAll calls Must with what a customer wrote: one brace
		// too few, and no customer after that one gets a mail.
		t := template.Must(template.New(customer).Parse(text))
		var mail strings.Builder
		if err := t.Execute(&mail, customer); err != nil {
			log.Printf("greeting %s: %v", customer, err)
			continue
		}
		send(customer, mail.String())
	}
}
