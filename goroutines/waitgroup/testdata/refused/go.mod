module example.com/goguide/goroutines/waitgroup/testdata/refused

go 1.26.0
