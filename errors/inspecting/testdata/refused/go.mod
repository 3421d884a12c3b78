module example.com/goguide/errors/inspecting/testdata/refused

go 1.26.0
