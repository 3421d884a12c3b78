module example.com/goguide/generics/constraints/testdata/refused

go 1.26.0
