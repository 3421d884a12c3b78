module example.com/goguide/detect/refused/testdata/program

go 1.26.0
