// Command goguidevet runs goguide's own analyzers over Go packages. They look
// for what the linters of golangci-lint do not see.
//
//	go vet -vettool=$(which goguidevet) ./...
//	goguidevet ./...
//
// As a vettool it is cached by the go command and exits with 1 where it has
// found something. Alone it exits with 3, and has -fix and -test=false. Flags
// choose the analyzers: -typednil, or all but one: -typednil=false. All are on:
// the command goguidevet help lists them, and goguidevet help typednil prints
// the page of one.
//
// # How precise they are
//
// An analyzer is on if at most one report in ten is false. Measured over 2.9
// million lines: the standard library, golang.org/x/tools, grpc, chi, pgx and
// client_golang with their tests; without tests nats-server, pebble, go-redis,
// minio-go, sarama, pion/webrtc, fiber, kafka-go, badger, miekg/dns, migrate,
// serf, bbolt, raft, go-sqlite3, gin, memberlist, websocket and viper; and the
// packages that golangci-lint is built of. Each finding was read.
//
// The other code is what they had not been made with: quic-go, asynq, caddy,
// client-go, go-ethereum, kratos, go-libp2p and go-zero, 800,000 lines, without
// tests. What was false there of typednil was mended after that.
//
//	                findings   false   of other code   false
//	deferredclose          3       0               0       0
//	embeddedbloat         13       1              27       1
//	fireandforget          5       0               7       0
//	stringwrap            44       0              11       1
//	typednil               0       0               1       1
//
// From the root, tools/survey prints those of the modules with their tests, and
// TESTS=false tools/survey other those of the other code.
//
// Two limits of these numbers. What an analyzer does not report was decided by
// the false findings in the code of the first two columns. And all of it is code
// that many people have read: the findings are few, and typednil has none.
//
// go vet -vettool over the standard library and its tests, 970,000 lines, took
// 43 s on two cores, with nothing in the cache of vet and all in that of build.
package main

import (
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/multichecker"

	"example.com/goguide/antipatterns/analyzers/deferredclose"
	"example.com/goguide/antipatterns/analyzers/embeddedbloat"
	"example.com/goguide/antipatterns/analyzers/fireandforget"
	"example.com/goguide/antipatterns/analyzers/stringwrap"
	"example.com/goguide/antipatterns/analyzers/typednil"
)

var analyzers = []*analysis.Analyzer{
	deferredclose.Analyzer,
	embeddedbloat.Analyzer,
	fireandforget.Analyzer,
	stringwrap.Analyzer,
	typednil.Analyzer,
}

func main() {
	multichecker.Main(analyzers...) // speaks the protocol of go vet too
}
