module example.com/goguide/syncx/mutex/testdata/refused

go 1.26.0
