module example.com/goguide/generics/whennot/testdata/refused

go 1.26.0
