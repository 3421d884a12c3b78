package shutdown

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"example.com/goguide/grpc/health"
)

// processVar makes a process of this test a server of the library that it names.
const processVar = "GOGUIDE_SHUTDOWN_SERVER"

// process is main of a server. It prints its address, and at the end how many
// calls it has handled.
func process(library string) (code int) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)                              // a second signal ends the process
	d := &Drain{Delay: 5 * time.Second, Timeout: time.Minute} // for a machine that is busy
	s := newService(d)
	server, set := libraries[library](s)
	state := health.New(set)
	d.Health = state.Drain
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(l.Addr())
	state.Start()
	err = d.Serve(ctx, server, l)
	fmt.Println(s.handled.Load())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
