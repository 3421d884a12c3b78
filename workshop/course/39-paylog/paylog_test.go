package paylog

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/slogtest"
)

// lines returns the lines of a log.
func lines(t *testing.T, log *bytes.Buffer) (all []map[string]any) {
	t.Helper()
	for line := range strings.Lines(log.String()) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Errorf("A line of the log is no JSON: %q.", line)
		}
		all = append(all, fields)
	}
	return all
}

func TestNew_findsARequestByItsID(t *testing.T) {
	ctx := WithRequest(t.Context(), "r-4711")
	for name, logger := range map[string]func(*slog.Logger) *slog.Logger{
		"New":                           func(l *slog.Logger) *slog.Logger { return l },
		"With":                          func(l *slog.Logger) *slog.Logger { return l.With("shop", 7) },
		"WithGroup":                     func(l *slog.Logger) *slog.Logger { return l.WithGroup("payment") },
		"With and WithGroup":            func(l *slog.Logger) *slog.Logger { return l.With("shop", 7).WithGroup("payment") },
		"WithGroup and With":            func(l *slog.Logger) *slog.Logger { return l.WithGroup("payment").With("shop", 7) },
		"WithGroup, With and WithGroup": func(l *slog.Logger) *slog.Logger { return l.WithGroup("payment").With("shop", 7).WithGroup("card") },
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			logger(New(&log)).InfoContext(ctx, "charged", "cents", 100)
			if all := lines(t, &log); len(all) != 1 || all[0]["request_id"] != "r-4711" {
				t.Errorf("A customer calls about the request r-4711. The line of a logger made by %s is not found by that id:\n%s", name, &log)
			}
		})
	}
}

func TestNew_keepsLoggersApart(t *testing.T) {
	var log bytes.Buffer
	l := New(&log).With("shop", 7).With("till", 3).With("clerk", "ada")
	one, two := l.With("customer", "one"), l.With("customer", "two")
	one.Info("paid")
	two.Info("paid")
	all := lines(t, &log)
	if len(all) != 2 || all[0]["customer"] != "one" || all[1]["customer"] != "two" {
		t.Errorf("Two customers, each with a logger of its own made of the same one. The log mixes them up:\n%s", &log)
	}
}

// As for every handler: see package slogtest.
func TestNew_isAHandler(t *testing.T) {
	var log bytes.Buffer
	err := slogtest.TestHandler(New(&log).Handler(), func() []map[string]any { return lines(t, &log) })
	if err != nil {
		t.Errorf("The log is no longer what slog promises:\n%v", err)
	}
}

const hidden = "tok_9f3a"

type card struct {
	Holder string
	Token  Secret
}

// A session logs itself as a group.
type session struct{ token string }

func (s session) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("age", 3), slog.String("token", s.token))
}

func TestNew_showsNoSecret(t *testing.T) {
	for name, log := range map[string]func(l *slog.Logger){
		"a token":                         func(l *slog.Logger) { l.Info("m", "token", hidden) },
		"a Password with a capital":       func(l *slog.Logger) { l.Info("m", "Password", hidden) },
		"a token that With has added":     func(l *slog.Logger) { l.With("token", hidden).Info("m") },
		"a token in a group":              func(l *slog.Logger) { l.Info("m", slog.Group("card", "token", hidden)) },
		"a token after WithGroup":         func(l *slog.Logger) { l.WithGroup("card").Info("m", "token", hidden) },
		"a token that With added there":   func(l *slog.Logger) { l.WithGroup("card").With("token", hidden).Info("m", "a", 1) },
		"a token of a LogValuer":          func(l *slog.Logger) { l.Info("m", "session", session{hidden}) },
		"a group named authorization":     func(l *slog.Logger) { l.Info("m", slog.Group("authorization", "bearer", hidden)) },
		"what is in WithGroup(\"token\")": func(l *slog.Logger) { l.WithGroup("token").Info("m", "value", hidden) },
		"a Secret":                        func(l *slog.Logger) { l.Info("m", "value", Secret(hidden)) },
		"a Secret in a struct":            func(l *slog.Logger) { l.Info("m", "card", card{"Ada", hidden}) },
		"a Secret behind a pointer":       func(l *slog.Logger) { l.Info("m", "card", &card{"Ada", hidden}) },
		"a Secret in a list":              func(l *slog.Logger) { l.Info("m", "all", []Secret{hidden}) },
		"a Secret in an error":            func(l *slog.Logger) { l.Info("m", "error", fmt.Errorf("refused: %v", card{"Ada", hidden})) },
		"a Secret by %#v":                 func(l *slog.Logger) { l.Info(fmt.Sprintf("%#v", card{"Ada", hidden})) },
		"a Secret by %q":                  func(l *slog.Logger) { l.Info(fmt.Sprintf("%q", Secret(hidden))) },
		"a Secret by %x":                  func(l *slog.Logger) { l.Info(fmt.Sprintf("%x", Secret(hidden))) },
	} {
		t.Run(name, func(t *testing.T) {
			var text bytes.Buffer
			log(New(&text))
			got := text.String()
			if strings.Contains(got, hidden) || strings.Contains(got, fmt.Sprintf("%x", hidden)) {
				t.Errorf("Whoever may read the log can pay with another's card. It shows %s:\n%s", name, got)
			}
			if !strings.Contains(got, "REDACTED") {
				t.Errorf("Of %s nothing is left in the log, not even REDACTED:\n%s", name, got)
			}
		})
	}
}

func TestPay_canBeSearched(t *testing.T) {
	var log bytes.Buffer
	ctx := WithRequest(t.Context(), "r-4711")
	for _, order := range []int{100, 101} {
		if err := Pay(ctx, New(&log), order, func(context.Context) error { return nil }); err != nil {
			t.Errorf("The order %d was paid, and Pay returned %v.", order, err)
		}
	}
	found := 0
	for _, l := range lines(t, &log) {
		if order, _ := l["order"].(float64); l["msg"] == "order paid" && (order == 100 || order == 101) && l["request_id"] == "r-4711" {
			found++
		}
	}
	if found != 2 {
		t.Errorf("Two orders were paid. A search for \"order paid\", with an order and the id of the request, finds %d lines:\n%s", found, &log)
	}
}

func TestPay_anErrorIsLoggedOnce(t *testing.T) {
	refused := errors.New("card refused")
	var log bytes.Buffer
	logger := New(&log)
	err := Pay(t.Context(), logger, 102, func(context.Context) error { return refused })
	if !errors.Is(err, refused) || !strings.Contains(fmt.Sprint(err), "102") {
		t.Errorf("A card was refused for the order 102, and Pay returned %v.", err)
	}
	logger.Error("request failed", "error", err) // as the caller does
	n := 0
	for _, l := range lines(t, &log) {
		if fmt.Sprint(l["level"]) == "ERROR" || strings.Contains(fmt.Sprint(l), refused.Error()) {
			n++
		}
	}
	if n != 1 {
		t.Errorf("One card was refused. The alarm counts %d errors:\n%s", n, &log)
	}
}
