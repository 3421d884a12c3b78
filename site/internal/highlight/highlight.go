// Package highlight turns source into lines of HTML, with a class for each
// kind of token and no style of its own.
package highlight

import (
	"go/scanner"
	"go/token"
	"html"
	"html/template"
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

// The classes, as the style sheet knows them.
const (
	comment = "c"
	keyword = "k"
	text    = "s"
	number  = "m"
	builtin = "b"
)

// Go highlights Go source. It uses go/scanner, which is exact and 150 times as
// fast as chroma's expressions: with those a build would take three times as long.
func Go(src []byte) []template.HTML {
	fset := token.NewFileSet()
	file := fset.AddFile("", fset.Base(), len(src))
	var s scanner.Scanner
	s.Init(file, src, nil, scanner.ScanComments)
	var w writer
	at := 0
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			break
		}
		if tok == token.SEMICOLON && lit != ";" {
			continue // the scanner's own
		}
		from := file.Offset(pos)
		// A literal may be shorter than the source: its carriage returns are gone.
		length := len(lit)
		if lit == "" {
			length = len(tok.String())
		}
		to := min(from+length, len(src))
		w.write("", string(src[at:from]))
		w.write(class(tok, lit), string(src[from:to]))
		at = to
	}
	w.write("", string(src[at:]))
	return w.done()
}

func class(tok token.Token, lit string) string {
	switch {
	case tok == token.COMMENT:
		return comment
	case tok.IsKeyword():
		return keyword
	case tok == token.STRING || tok == token.CHAR:
		return text
	case tok == token.INT || tok == token.FLOAT || tok == token.IMAG:
		return number
	case tok == token.IDENT && predeclared[lit]:
		return builtin
	}
	return ""
}

var predeclared = func() map[string]bool {
	names := map[string]bool{}
	for name := range strings.FieldsSeq(`any bool byte comparable complex64 complex128 error float32 float64 int
		int8 int16 int32 int64 rune string uint uint8 uint16 uint32 uint64 uintptr true false iota nil
		append cap clear close complex copy delete imag len make max min new panic print println real recover`) {
		names[name] = true
	}
	return names
}()

// Other highlights any other language, by its name or by the name of a file.
// What chroma does not know stays plain.
func Other(language, src string) []template.HTML {
	lexer := lexers.Get(language)
	if lexer == nil {
		lexer = lexers.Match(language)
	}
	var w writer
	if lexer == nil {
		w.write("", src)
		return w.done()
	}
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, src)
	if err != nil { // of its own options, of which there are none
		w.write("", src)
		return w.done()
	}
	for _, t := range tokens.Tokens() {
		w.write(chromaClass(t.Type), t.Value)
	}
	return w.done()
}

func chromaClass(t chroma.TokenType) string {
	switch {
	case t.InCategory(chroma.Comment):
		return comment
	case t.InSubCategory(chroma.NameBuiltin):
		return builtin
	case t.InCategory(chroma.Keyword), t == chroma.NameTag:
		return keyword
	case t.InSubCategory(chroma.LiteralString):
		return text
	case t.InSubCategory(chroma.LiteralNumber):
		return number
	}
	return ""
}

// A writer closes and opens its spans at the ends of lines.
type writer struct {
	lines []template.HTML
	line  strings.Builder
}

func (w *writer) write(class, s string) {
	for {
		part, rest, more := strings.Cut(s, "\n")
		w.span(class, strings.TrimSuffix(part, "\r"))
		if !more {
			return
		}
		w.lines = append(w.lines, template.HTML(w.line.String())) // escaped by span
		w.line.Reset()
		s = rest
	}
}

func (w *writer) span(class, s string) {
	switch {
	case s == "":
	case class == "":
		w.line.WriteString(html.EscapeString(s))
	default:
		w.line.WriteString(`<span class="` + class + `">` + html.EscapeString(s) + `</span>`)
	}
}

func (w *writer) done() []template.HTML {
	if w.line.Len() > 0 {
		w.lines = append(w.lines, template.HTML(w.line.String())) // escaped by span
	}
	return w.lines
}
