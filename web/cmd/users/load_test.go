//go:build unix

package main

import (
	"encoding/json"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/goguide/web/api"
)

// A load is what clients do that create users, each over a connection of its
// own, as fast as they are answered.
type load struct {
	stop    chan struct{}
	clients sync.WaitGroup

	mu     sync.Mutex
	acked  []api.User
	wrong  []error // what was no answer
	others []int   // statuses but 201
}

func (p *process) load(clients int) *load {
	l := &load{stop: make(chan struct{})}
	for range clients {
		c := client(p.t)
		l.clients.Go(func() {
			for l.one(c, p.users) {
				select {
				case <-l.stop:
					return
				default:
				}
			}
		})
	}
	return l
}

// one creates a user, and reports whether that went well.
func (l *load) one(c *http.Client, base string) bool {
	name := api.NewID()
	body, _ := json.Marshal(api.Draft{Name: name, Email: name + "@example.com"}) //nolint:errchkjson // two strings
	status, answer, err := ask(c, http.MethodPost, base+"users", string(body))
	var u api.User
	if err == nil && status == http.StatusCreated {
		err = json.Unmarshal(answer, &u)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err != nil:
		l.wrong = append(l.wrong, err)
	case status != http.StatusCreated:
		l.others = append(l.others, status)
	default:
		l.acked = append(l.acked, u)
		return true
	}
	return false
}

// more waits for so many more users.
func (l *load) more(t *testing.T, n int) {
	want := l.count() + n
	require.Eventually(t, func() bool { return l.count() >= want }, limit, time.Millisecond)
}

func (l *load) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acked)
}

// ended stops the clients, and returns the users that were acknowledged.
func (l *load) ended() []api.User {
	close(l.stop)
	l.clients.Wait()
	return l.acked
}
