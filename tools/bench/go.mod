module example.com/goguide/tools/bench

go 1.26.0

require (
	example.com/goguide/channels v0.0.0
	example.com/goguide/generics v0.0.0
	github.com/alitto/pond/v2 v2.7.1
	github.com/hashicorp/golang-lru/v2 v2.0.7
	github.com/panjf2000/ants/v2 v2.12.1
	github.com/sourcegraph/conc v0.3.0
	golang.org/x/sync v0.24.0
)

require (
	go.uber.org/atomic v1.7.0 // indirect
	go.uber.org/multierr v1.9.0 // indirect
)

replace example.com/goguide/channels => ../../channels

replace example.com/goguide/generics => ../../generics

replace example.com/goguide/detect => ../../detect
