module example.com/goguide/goroutines
