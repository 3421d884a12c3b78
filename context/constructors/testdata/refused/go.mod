module example.com/goguide/context/constructors/testdata/refused

go 1.26.0
