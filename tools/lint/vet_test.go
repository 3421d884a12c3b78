package main

import "testing"

func TestToolOf(t *testing.T) {
	vets, err := vetsAnalyzers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ linter, text, want string }{
		{"govet", "copylocks: assignment copies lock value", "vet"},
		{"govet", "nilness: tautological condition", "govet"},
		{"staticcheck", "SA4023: this comparison is never true", "staticcheck"},
		{"errcheck", "Error return value is not checked", "errcheck"},
	} {
		if got := toolOf(c.linter, c.text, vets); got != c.want {
			t.Errorf("%s, %s: got %s", c.linter, c.text, got)
		}
	}
	if vets["Registered"] || vets[""] || len(vets) < 30 {
		t.Errorf("got %v", vets)
	}
}

func TestAnalyzersIn_saysWhenTheListIsGone(t *testing.T) {
	if _, err := analyzersIn("vet is a tool"); err == nil {
		t.Error("no error")
	}
}
