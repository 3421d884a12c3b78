package messages

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// Capitalised reads the settings. Compare [Start].
func Capitalised(settings map[string]string) error {
	if settings["address"] == "" {
		// BUG(test, staticcheck, revive): Capitalised writes a sentence: behind
		// "starting: " it has a capital and a full stop in the middle of one.
		return errors.New("Address is missing.")
	}
	return nil
}

// Tower reads the settings and begins to listen. Compare [Start].
func Tower(load func() error) error {
	settings := func() error {
		if err := load(); err != nil {
			return fmt.Errorf("failed to load settings: %w", err)
		}
		return nil
	}
	if err := settings(); err != nil {
		// BUG(test): Tower says at each floor that it failed, and that this is
		// an error. What has happened comes after the eighth word.
		return fmt.Errorf("error: failed to start: %w", err)
	}
	return nil
}

// PasswordInError connects to a database. Compare [Connect].
func PasswordInError(database string, dial func(*url.URL) error) error {
	u, err := url.Parse(database)
	if err != nil {
		// BUG(test): PasswordInError wraps an error that quotes the whole URL:
		// a mistyped port, and the password is in the log.
		return fmt.Errorf("reading the database's URL: %w", err)
	}
	if err := dial(u); err != nil {
		// BUG(test): PasswordInError prints the URL with its password.
		return fmt.Errorf("connecting to %s: %w", u, err)
	}
	return nil
}

// ErrorToUser answers a request. Compare [Reply].
func ErrorToUser(handle func(*http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := handle(r); err != nil {
			// BUG(test): ErrorToUser tells a stranger the names of hosts and
			// tables, and a customer nothing that helps.
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}
}
