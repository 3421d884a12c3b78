module example.com/goguide/generics/timers/testdata/go122

go 1.22
