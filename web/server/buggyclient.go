package server

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// DefaultClient asks for a page. Compare [NewClient] and [Get].
func DefaultClient(url string) ([]byte, error) {
	// BUG(hang, synctest, deadlock, noctx): DefaultClient has no timeout, so it
	// waits for ever for a server that has stopped answering.
	resp, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	return io.ReadAll(resp.Body)
}

// NeverClosed asks for a price. Compare [Get].
func NeverClosed(c *http.Client, r *http.Request) (price float64, err error) {
	// BUG(goleak, leakprofile, synctest, bodyclose): NeverClosed leaves the body
	// open: while part of it is unread, it keeps a connection and two goroutines.
	resp, err := c.Do(r)
	if err != nil {
		return 0, err
	}
	err = json.NewDecoder(resp.Body).Decode(&price)
	return price, err
}

// ClosedTooLate asks for a price. Compare [Get].
func ClosedTooLate(c *http.Client, r *http.Request) (price float64, err error) {
	resp, err := c.Do(r)
	if err != nil {
		return 0, err
	}
	if resp.StatusCode != http.StatusOK {
		// BUG(goleak, leakprofile, synctest): ClosedTooLate returns before the
		// defer: each error of the server costs a connection and two goroutines.
		return 0, fmt.Errorf("status %s", resp.Status)
	}
	defer func() { _ = resp.Body.Close() }()
	err = json.NewDecoder(resp.Body).Decode(&price)
	return price, err
}

// NeverRead asks whether there is such a page. Compare [Get].
func NeverRead(c *http.Client, r *http.Request) (bool, error) {
	resp, err := c.Do(r)
	if err != nil {
		return false, err
	}
	// BUG(test): NeverRead closes a body with much left to read (since Go 1.27,
	// more than 256 KiB), and the connection with it: the next request dials.
	defer func() { _ = resp.Body.Close() }()
	return resp.StatusCode == http.StatusOK, nil
}

// NoLimit asks for a page. Compare [Get].
func NoLimit(c *http.Client, r *http.Request) ([]byte, error) {
	resp, err := c.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	// BUG(test): NoLimit takes whatever the server sends, until the
	// memory is full.
	return io.ReadAll(resp.Body)
}
