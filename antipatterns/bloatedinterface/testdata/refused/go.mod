module example.com/goguide/antipatterns/bloatedinterface/testdata/refused

go 1.26.0
