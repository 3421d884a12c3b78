// Users is the service of the guide's month 4, whole: the users API with a
// database, logs, metrics, traces, a configuration and an end that loses
// nothing. It belongs to parts 8 to 12 of the guide, and is what to begin the
// next service from.
//
//	go run ./web/cmd/users                        # from the root: a file, and no configuration
//	USERS_DSN=postgres://… go run ./web/cmd/users # the same in PostgreSQL
//
// Almost all of it is in the packages of this module, and here is what main
// has to decide:
//
//	api/chi      the routes and their contract, which the tests hold this
//	             program to (api/apitest)
//	middleware   who stands around them, in which order
//	server       timeouts, and the drain
//	store        the database, SQLite or PostgreSQL
//
// # Two ports
//
// The public one has the API and a page to try it. Metrics, probes and profiles
// are on another (-admin), which is on the loopback interface until told
// otherwise: a metric tells strangers what the service does, a heap profile
// tells what it knows, and a CPU profile costs it its time. net/http/pprof adds
// itself to http.DefaultServeMux when it is imported, so that nothing here
// serves that. The profile cmdline is left out, for it tells a -dsn.
//
// # Configuration
//
// A flag, else an environment variable, else a line of a file, else a default:
// package flag of the standard library and ff, which knows the other two. The
// guide names cobra, viper and pflag. A program with one flag needs 65 packages
// without either, 73 with ff, and 237 with cobra and viper; its size is 1.7, 1.8
// and 5.5 MB (go list -deps; go build -trimpath -ldflags=-s, ff 3.4.0, cobra
// 1.10.2, viper 1.21.0). cobra is for a command of many commands, which this is
// not.
//
// What is unknown in the file is an error. In the environment it cannot be one:
// for a Kubernetes service named users each pod has USERS_PORT and
// USERS_SERVICE_HOST, which are not this program's. Hence no flag has such a
// name. A password belongs into USERS_DSN or the file, for everybody on a
// machine can read a process's arguments.
//
// # In which order it begins and ends
//
// Both ports are taken first, since that fails most often and leaves nothing
// behind. The database is opened and migrated next, and only then is anything
// served. At SIGTERM /readyz is red at once, while all is served for -delay
// longer; then requests get -drain to end, and the private port is there for as
// long, so that all this can be watched. Last the database is closed and the
// spans are sent. A second signal ends the process there and then.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"example.com/goguide/web/server"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr, nil)) }

// Exit codes.
const (
	failed     = 1
	misused    = 2
	successful = 0
)

// run is main with what it reads and writes. tune, unless it is nil, may change
// the public server before it serves, which tests need.
func run(args []string, stdout, stderr io.Writer, tune func(*http.Server)) (code int) {
	c, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		usage(stdout)
		return successful
	}
	if err != nil {
		complain(stderr, err)
		return misused
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if err := c.serve(server.Signals(ctx), stdout, stderr, tune); err != nil {
		complain(stderr, err)
		return failed
	}
	return successful
}

// complain writes an error as one line, whatever a driver makes of it.
func complain(stderr io.Writer, err error) {
	fmt.Fprintln(stderr, "users:", strings.Join(strings.Fields(err.Error()), " "))
}
