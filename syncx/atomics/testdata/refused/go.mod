module example.com/goguide/syncx/atomics/testdata/refused

go 1.26.0
