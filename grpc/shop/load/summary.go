package load

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// A Summary is what one wants to know of results.
type Summary struct {
	Calls  int            `json:"calls"`
	OK     int            `json:"ok"`
	Shed   int            `json:"shed"`   // 429
	Failed int            `json:"failed"` // all else, those that were not sent too
	P50    time.Duration  `json:"p50"`    // of those that were acknowledged, in ns
	P99    time.Duration  `json:"p99"`
	By     map[string]int `json:"by"` // status
	// Worst is the slowest call, whatever came of it.
	Worst time.Duration `json:"worst"`
}

// Summarize sums results up.
func Summarize(results []Result) Summary {
	s := Summary{Calls: len(results), By: make(map[string]int)}
	var took []time.Duration
	for _, r := range results {
		s.Worst = max(s.Worst, r.Took)
		switch {
		case r.OK():
			s.OK++
			took = append(took, r.Took)
		case r.Status == http.StatusTooManyRequests:
			s.Shed++
		default:
			s.Failed++
		}
		switch {
		case r.Unsent:
			s.By["unsent"]++
		case r.Status == 0:
			s.By["no answer"]++
		default:
			s.By[fmt.Sprint(r.Status)]++
		}
	}
	slices.Sort(took)
	s.P50, s.P99 = quantile(took, 0.5), quantile(took, 0.99)
	return s
}

// quantile takes sorted times.
func quantile(took []time.Duration, q float64) time.Duration {
	if len(took) == 0 {
		return 0
	}
	return took[min(int(q*float64(len(took))), len(took)-1)]
}
