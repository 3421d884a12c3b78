module example.com/consumer

go 1.26.0

require example.com/goguide/detect v0.0.0

require (
	go.uber.org/goleak v1.3.0 // indirect
	go.yaml.in/yaml/v3 v3.0.6 // indirect
)

replace example.com/goguide/detect => ../..
