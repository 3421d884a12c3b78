module example.com/goguide/generics/aliases/testdata/refused

go 1.26.0
