module example.com/goguide/generics/tools/testdata/tool

go 1.26.0

tool example.com/goguide/generics/tools/testdata/tool/cmd/stamp

ignore ./scratch
