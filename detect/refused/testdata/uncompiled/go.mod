module example.com/goguide/detect/refused/testdata/uncompiled

go 1.26.0
