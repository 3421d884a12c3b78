module example.com/goguide/errors/sentinel/testdata/refused

go 1.26.0
