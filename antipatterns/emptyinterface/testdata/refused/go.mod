module example.com/goguide/antipatterns/emptyinterface/testdata/refused

go 1.26.0
