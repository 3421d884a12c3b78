package server_test

import (
	"context"
	"log"
	"net"
	"net/http"
	"time"

	"example.com/goguide/web/server"
)

// A main function, whole.
func Example() {
	ctx := server.Signals(context.Background())
	mux := http.NewServeMux()
	mux.HandleFunc("GET /users/{id}", func(http.ResponseWriter, *http.Request) {})
	s := &server.Server{
		HTTP:    server.New(mux),
		Delay:   5 * time.Second, // the balancer asks every 2 s, and twice
		Timeout: 20 * time.Second,
	}
	mux.HandleFunc("GET /readyz", s.Ready)

	l, err := new(net.ListenConfig).Listen(ctx, "tcp", ":8080")
	if err != nil {
		log.Fatal(err)
	}
	if err := s.Serve(ctx, l); err != nil {
		log.Fatal(err)
	}
}
