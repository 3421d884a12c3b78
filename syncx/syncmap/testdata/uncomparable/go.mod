module example.com/goguide/syncx/syncmap/testdata/uncomparable

go 1.26.0
