package node

import (
	"encoding/json"
	"net/http"
	"net/http/pprof"
	"os"
	"runtime"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// adminRoutes are those of the private port.
func (n *Node) adminRoutes() {
	n.admin.Handle("GET /metrics", promhttp.HandlerFor(n.registry, promhttp.HandlerOpts{}))
	n.admin.HandleFunc("GET /debug/pprof/", pprof.Index)
	n.admin.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	n.admin.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	n.admin.HandleFunc("GET /status", n.status)
	if n.Faulty {
		n.admin.HandleFunc("POST /faults", n.faults.set)
	}
}

// A Status is what a node tells about itself.
type Status struct {
	Service    string            `json:"service"`
	PID        int               `json:"pid"`
	Goroutines int               `json:"goroutines"`
	Breakers   map[string]string `json:"breakers"` // by service: closed, open, half-open
	Procedures []Procedure       `json:"procedures"`
	Spans      []Span            `json:"spans"` // the newest that have ended
}

// A Procedure is what was counted of one method since the process began.
type Procedure struct {
	Name  string            `json:"name"`
	Codes map[string]uint64 `json:"codes"` // calls by how they ended
	// Buckets are how many calls took up to so many seconds.
	Buckets  []Bucket `json:"buckets"`
	InFlight int      `json:"inFlight"`
}

// A Bucket is one of a histogram.
type Bucket struct {
	UpTo  float64 `json:"upTo"` // seconds
	Calls uint64  `json:"calls"`
}

func (n *Node) status(w http.ResponseWriter, _ *http.Request) {
	s := Status{
		Service: n.Name, PID: os.Getpid(), Goroutines: runtime.NumGoroutine(),
		Breakers: make(map[string]string), Spans: n.spans.newest(),
	}
	for service, state := range n.breakers {
		s.Breakers[service] = state()
	}
	var err error
	if s.Procedures, err = n.procedures(); err != nil {
		http.Error(w, "the metrics cannot be read", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(s) //nolint:errchkjson // fails for who has left
}

// procedures reads what package metrics has counted.
func (n *Node) procedures() ([]Procedure, error) {
	families, err := n.registry.Gather()
	if err != nil {
		return nil, err
	}
	var all []Procedure
	at := make(map[string]int)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			labels := make(map[string]string)
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}
			name, ok := labels["procedure"]
			if !ok {
				continue
			}
			if _, ok := at[name]; !ok {
				at[name] = len(all)
				all = append(all, Procedure{Name: name, Codes: make(map[string]uint64)})
			}
			p := &all[at[name]]
			switch f.GetName() {
			case "rpc_server_handled_total":
				p.Codes[labels["code"]] = uint64(m.GetCounter().GetValue())
			case "rpc_server_in_flight":
				p.InFlight = int(m.GetGauge().GetValue())
			case "rpc_server_duration_seconds":
				for _, b := range m.GetHistogram().GetBucket() {
					p.Buckets = append(p.Buckets, Bucket{b.GetUpperBound(), b.GetCumulativeCount()})
				}
			}
		}
	}
	return all, nil
}

// Quantile returns the time in seconds within which a share q of the calls in
// buckets ended, as PromQL's histogram_quantile estimates it: the calls of one
// bucket are taken to be spread evenly. It is 0 if there are none.
func Quantile(buckets []Bucket, q float64) float64 {
	if len(buckets) == 0 || buckets[len(buckets)-1].Calls == 0 {
		return 0
	}
	rank := q * float64(buckets[len(buckets)-1].Calls)
	var from float64
	var before uint64
	for _, b := range buckets {
		if float64(b.Calls) >= rank {
			return from + (b.UpTo-from)*(rank-float64(before))/float64(b.Calls-before)
		}
		from, before = b.UpTo, b.Calls
	}
	return from
}
