module example.com/goguide/syncx/syncmap/testdata/refused

go 1.26.0
