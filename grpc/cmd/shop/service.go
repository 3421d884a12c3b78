package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	shopv1 "example.com/goguide/grpc/proto/shop/v1"
	"example.com/goguide/grpc/proto/shop/v1/shopv1connect"
	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
	"example.com/goguide/grpc/shop/gateway"
	"example.com/goguide/grpc/shop/identity"
	"example.com/goguide/grpc/shop/node"
	"example.com/goguide/grpc/shop/orders"
	"example.com/goguide/grpc/shop/users"
)

// addresses are what a service prints when it serves, as one line of JSON.
type addresses struct {
	Public string `json:"public"`
	Admin  string `json:"admin"`
}

// service runs one service until ctx ends, or stdin if it is a child.
func (c config) service(ctx context.Context, log *slog.Logger, stdin io.Reader, stdout io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if c.child {
		go func() {
			_, _ = io.Copy(io.Discard, stdin) // until whoever started it is gone
			cancel()
		}()
	}
	if _, err := c.tls.None(); err != nil {
		return fmt.Errorf("-cert, -key, -ca: %w", err)
	}
	exporter, err := exporter(ctx, log)
	if err != nil {
		return err
	}
	n, err := node.New(node.Config{
		Name: c.only, Listen: c.listen, Admin: c.admin, Token: c.token, Rate: c.rate, AtOnce: c.atOnce, Try: c.try,
		Delay: c.delay, Without: c.without, Faulty: c.faulty, TLS: c.tls, Exporter: exporter, Log: log,
	})
	if err != nil {
		return err
	}
	parts := map[string]func(context.Context, *node.Node) (func() error, error){
		"gateway": c.gateway, "users": c.usersService, "orders": c.ordersService,
	}
	part, ok := parts[c.only]
	if !ok {
		return fmt.Errorf("-only %s: expected gateway, users or orders", c.only)
	}
	done, err := part(ctx, n)
	if err != nil {
		return err
	}
	err = n.Run(ctx, func(public, admin net.Addr) {
		_ = json.NewEncoder(stdout).Encode(addresses{public.String(), admin.String()})
		log.Info("serving", "service", c.only, "public", public.String(), "admin", admin.String())
	})
	return errors.Join(err, done())
}

func none() error { return nil }

// client returns a client of a service that a flag names.
func client(n *node.Node, service, at string) (*clientOf, error) {
	scheme := "http"
	if n.TLS != (identity.Files{}) {
		scheme = "https"
	}
	u, err := url.Parse(at)
	if err != nil || u.Scheme != scheme || u.Host == "" {
		return nil, fmt.Errorf("-%s %q: expected a URL such as %s://%s:8080", service, at, scheme, service)
	}
	c, err := n.Client(service, at)
	if err != nil {
		return nil, err
	}
	return &clientOf{
		userv1connect.NewUserServiceClient(c),
		shopv1connect.NewAccountServiceClient(c),
		shopv1connect.NewOrderServiceClient(c),
	}, nil
}

type clientOf struct {
	users    userv1connect.UserServiceClient
	accounts shopv1connect.AccountServiceClient
	orders   shopv1connect.OrderServiceClient
}

func (c config) gateway(_ context.Context, n *node.Node) (done func() error, err error) {
	toUsers, err := client(n, "users", c.users)
	if err != nil {
		return nil, err
	}
	toOrders, err := client(n, "orders", c.orders)
	if err != nil {
		return nil, err
	}
	rpc, err := n.Server(node.Edge{Key: gateway.Caller}, gateway.StatusOf,
		userv1.File_user_v1_user_proto, shopv1.File_shop_v1_shop_proto)
	if err != nil {
		return nil, err
	}
	gateway.Register(rpc, gateway.Backends{
		Users: toUsers.users, Accounts: toUsers.accounts, Orders: toOrders.orders,
	})
	writeTime := c.writeTime
	if n.Off("write") {
		writeTime = 0
	}
	n.Mux.Handle("/", gateway.NewHandler(rpc, writeTime))
	return none, nil
}

// place returns where the database of a service is, for store.Open.
func (c config) place(service string) (string, error) {
	if c.dsn != "" {
		return c.dsn, nil // for all: no table has the name of another's
	}
	if c.data == "" {
		return "", fmt.Errorf("-only %s: expected -data, the folder of its database, or SHOP_DSN", service)
	}
	return filepath.Join(c.data, service+".db"), nil
}

func (c config) usersService(ctx context.Context, n *node.Node) (done func() error, err error) {
	place, err := c.place("users")
	if err != nil {
		return nil, err
	}
	rpc, err := n.Server(node.Edge{}, users.StatusOf,
		userv1.File_user_v1_user_proto, shopv1.File_shop_v1_shop_proto)
	if err != nil {
		return nil, err
	}
	store, err := users.Open(ctx, place)
	if err != nil {
		return nil, err
	}
	service := users.NewService(store)
	userv1connect.RegisterUserServiceHandler(rpc, service)
	shopv1connect.RegisterAccountServiceHandler(rpc, service)
	n.Mount(rpc)
	n.Serving(userv1connect.UserServiceName, shopv1connect.AccountServiceName)
	return store.Close, nil
}

// relayTime is how long the users service may take to be told of one order.
const relayTime = 2 * time.Second

func (c config) ordersService(ctx context.Context, n *node.Node) (done func() error, err error) {
	place, err := c.place("orders")
	if err != nil {
		return nil, err
	}
	toUsers, err := client(n, "users", c.users)
	if err != nil {
		return nil, err
	}
	rpc, err := n.Server(node.Edge{}, orders.StatusOf, shopv1.File_shop_v1_shop_proto)
	if err != nil {
		return nil, err
	}
	store, err := orders.Open(ctx, place)
	if err != nil {
		return nil, err
	}
	shopv1connect.RegisterOrderServiceHandler(rpc,
		orders.NewService(store, orders.Find(toUsers.users)))
	n.Mount(rpc)
	n.Serving(shopv1connect.OrderServiceName)

	tell := orders.Publish(toUsers.accounts)
	relay := &orders.Relay{
		Store: store, Log: n.Log,
		Publish: func(ctx context.Context, r *shopv1.RecordOrderRequest) error {
			ctx, cancel := context.WithTimeout(ctx, relayTime)
			defer cancel()
			return tell(ctx, r)
		},
	}
	// The relay ends after the server: what the last calls leave it tells, or
	// the next process does.
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	var told sync.WaitGroup
	told.Go(func() { relay.Run(ctx) })
	return func() error {
		stop()
		told.Wait()
		return store.Close()
	}, nil
}
