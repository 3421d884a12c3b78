module example.com/goguide/errors/inspecting/testdata/uncompiled

go 1.26.0
