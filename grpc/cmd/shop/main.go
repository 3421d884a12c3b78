// Shop runs the shop: three services that call each other, each a process of its
// own, a modest load, and a page that shows how they do and breaks them on
// request. It belongs to part 12 of the guide.
//
//	go run ./grpc/cmd/shop                    # from the root: all of it, until Ctrl-C
//	go run ./grpc/cmd/shop -only orders \
//		-users http://users:8080 -data /data  # one service, for a container
//
// What the services are made of is in the packages below grpc/shop. What is
// secret is in the environment, for everybody on the machine can read a process's
// arguments: SHOP_TOKEN, the token that the services show to each other, and
// SHOP_DSN, the URL of a PostgreSQL that takes the place of SQLite.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"example.com/goguide/grpc/shop/gateway"
	"example.com/goguide/grpc/shop/identity"
	"example.com/goguide/grpc/shop/node"
	"example.com/goguide/grpc/shop/store"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run is main with what it reads and writes.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once

	c := config{token: os.Getenv("SHOP_TOKEN"), dsn: os.Getenv("SHOP_DSN")}
	var err error
	if c.self, err = os.Executable(); err != nil {
		fmt.Fprintln(stderr, "shop:", err)
		return 1
	}
	flags := flag.NewFlagSet("shop", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&c.only, "only", "", "run one service alone: gateway, users or orders")
	flags.StringVar(&c.listen, "listen", "127.0.0.1:0", "with -only: the public `address`")
	flags.StringVar(&c.admin, "admin", "127.0.0.1:0", "with -only: the private `address`, of metrics and profiles")
	flags.StringVar(&c.users, "users", "", "with -only: the `URL` of the users service")
	flags.StringVar(&c.orders, "orders", "", "with -only: the `URL` of the orders service")
	flags.StringVar(&c.data, "data", "", "the `folder` of the databases; without it a new one, which is removed at the end")
	flags.DurationVar(&c.delay, "delay", 5*time.Second, "with -only: how long all is served as before after SIGTERM")
	flags.DurationVar(&c.try, "try", node.Try, "how long one try of a call to another service may take")
	flags.DurationVar(&c.writeTime, "write-time", gateway.WriteTime, "how long the gateway waits for a client that does not read")
	flags.Float64Var(&c.rate, "rate", 100, "how many calls a second the gateway takes of one address")
	flags.IntVar(&c.atOnce, "at-once", 16, "how many calls the gateway has at once")
	flags.BoolVar(&c.faulty, "faulty", false, "with -only: let the private port inject faults")
	flags.BoolVar(&c.mtls, "mtls", false, "let the services show each other certificates, of an authority that is made for the run")
	flags.StringVar(&c.tls.Cert, "cert", "", "with -only: the `file` of the certificate by which services know this one; with -key and -ca")
	flags.StringVar(&c.tls.Key, "key", "", "with -only: the `file` of its key")
	flags.StringVar(&c.tls.CA, "ca", "", "with -only: the `file` of the authority whose certificates are believed")
	flags.BoolVar(&c.child, "child", false, "with -only: end when standard input ends")
	without := flags.String("without", "", "rows of the checklist to take off, to see what breaks: "+strings.Join(node.Rows, ","))
	flags.StringVar(&c.page, "page", "127.0.0.1:0", "the `address` of the status page")
	flags.Float64Var(&c.load, "load", 20, "orders a second")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if *without != "" {
		c.without = strings.Split(*without, ",")
	}
	switch {
	case c.dsn != "" && !store.IsPostgres(c.dsn):
		fmt.Fprintln(stderr, "shop: SHOP_DSN: expected postgres://user:password@host/database")
		return 2
	case flags.NArg() > 0:
		fmt.Fprintf(stderr, "shop: unexpected argument %q\n", flags.Arg(0))
		return 2
	case c.only != "":
		log := slog.New(slog.NewJSONHandler(stderr, nil))
		err = c.service(ctx, log, stdin, stdout)
	default:
		err = c.all(ctx, stdout, stderr)
	}
	if err != nil {
		fmt.Fprintln(stderr, "shop:", err)
		return 1
	}
	return 0
}

// config is what the flags say.
type config struct {
	only, listen, admin, users, orders, data, token, dsn, page string
	self                                                       string // the program

	delay, try, writeTime time.Duration
	rate, load            float64
	atOnce                int
	without               []string
	faulty, child, mtls   bool
	tls                   identity.Files
}
