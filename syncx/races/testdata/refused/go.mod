module example.com/goguide/syncx/races/testdata/refused

go 1.26.0
