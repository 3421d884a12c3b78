package panicking

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"sync"
)

// PanicOnInput ships orders, all at once. Compare [ShipAll].
func PanicOnInput(orders []string, ship func(order int)) {
	var wg sync.WaitGroup
	for _, text := range orders {
		wg.Go(func() {
			n, err := strconv.Atoi(text)
			if err != nil {
				// BUG(panic): PanicOnInput ends the process, and with it all
				// orders under way, when one number is mistyped.
				panic(err)
			}
			ship(n)
		})
	}
	wg.Wait()
}

// MustOnInput answers a search. Compare [Matches].
func MustOnInput(lines []string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		// BUG(test): MustOnInput panics on a pattern such as "(". net/http
		// drops the connection: the client gets no status, 400 least of all.
		re := regexp.MustCompile(r.FormValue("pattern"))
		for _, line := range lines {
			if re.MatchString(line) {
				fmt.Fprintln(w, line)
			}
		}
	}
}

// RecoverAll computes a sum. Compare [Eval].
func RecoverAll(text string, value func(string) int) (n int, err error) {
	defer func() {
		if v := recover(); v != nil {
			// BUG(test): RecoverAll takes every panic for a syntax error: a bug
			// in value is told to the customer as a mistake of theirs.
			n, err = 0, fmt.Errorf("invalid sum: %v", v)
		}
	}()
	p := parser{text: text, value: value}
	return p.all(), nil
}

// ForgottenBoundary lists the names of a sum. Compare [Eval].
func ForgottenBoundary(text string) []string {
	var names []string
	p := parser{text: text, value: func(name string) int {
		names = append(names, name)
		return 0
	}}
	// BUG(panic): ForgottenBoundary calls the parser without a recover: the
	// panic by which it unwinds reaches a caller who has never heard of it.
	p.all()
	return names
}
