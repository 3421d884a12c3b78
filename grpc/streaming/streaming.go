// Package streaming is the three kinds of stream of gRPC: the server sends, the
// client sends, both do. It belongs to part 9.1 of the guide.
//
// A stream is a call that goes on. It holds a goroutine and memory on both
// sides until it ends, and it ends when the handler returns or the client's ctx
// does: not when the client has what it wanted ([Abandoned]), nor when it has
// no more to say ([NoHalfClose]).
//
// # What to write
//
// Service code that takes Send and Receive as functions is the same for both
// libraries ([Feed]); what is theirs is in adapters.go.
//
// The client derives a ctx and defers its cancel ([Each]). That ends the stream
// however the function is left, in both libraries, and does nothing to one that
// is over. connect's Close does it too; grpc-go has none.
//
// One goroutine sends on a stream and one receives; two that send are a race.
// What several make goes through one channel ([Feed.Talk]).
//
// The client's Send fails with io.EOF when the server has ended the stream. Why
// it did is what Receive returns ([SendAll], [LosesReason]).
//
// # A slow reader
//
// Send returns when there is room for the message, not when it was read. Once
// the buffers are full it waits, and whoever makes entries one by one waits
// with it: that is backpressure, and a queue in front of it takes it away
// ([Feed.Unbounded]). Entries of 1000 bytes that a server has sent when its
// client stops after one:
//
//	within the process             2   there is no buffer
//	connect, 64 KiB window        66   http.HTTP2Config.MaxReceiveBufferPerStream
//	grpc-go                131, 196   two windows of 64 KiB; more for a fast reader
//	connect                    4150   net/http's client has room for 4 MiB a stream
//
// Windows count bytes on the wire. With gzip, connect's default, entries that
// compress well are many times as many.
//
// A client that sends all and then reads has to fit into these buffers too, in
// both directions, or both ends wait ([SendsFirst]). Ten messages do, in a
// test.
//
// # When it breaks
//
// A connection that is closed ends the server's ctx and the client's Receive:
// by grpc-go with UNAVAILABLE, by connect with internal ("incomplete
// envelope"), so that what retries on UNAVAILABLE alone does not try connect's
// again. One that is silent breaks nothing until a ping is due: see the limits
// of grpcserver and connectserver.
//
// # What finds it
//
// A stream that nobody ends ([Abandoned]) shows when the server drains:
// GracefulStop and Shutdown wait for it, for ever, and the test hangs. Where a
// test stops its server by force no detector sees anything.
//
// Two ends that wait for each other hang too. In connect synctest, the leak
// profile and the deadlock check report it as well, over a network in memory;
// in grpc-go the timers of keepalive keep all three silent. connect's transport
// within the process has neither timers nor buffers: there these three see
// Abandoned, and [SendsFirst] needs ten messages in place of megabytes. Test
// streams on it.
//
// The race detector sees two senders in connect, where frames get mixed up: the
// client reads a length that is none, and in some runs waits for that much. In
// grpc-go it sees nothing, and all goes well until both are the first to send at
// the same moment, which is rare: then one fails with "SendHeader called multiple
// times". Within the process nothing is wrong with it, so a test there does not
// show it either.
package streaming

import (
	"context"
	"errors"
	"io"
	"iter"
	"sync"

	feedv1 "example.com/goguide/grpc/proto/feed/v1"
)

// A Feed is the service. Its methods know neither library: they take a stream's
// Send and Receive as functions.
type Feed struct {
	// Entries makes entries for one call, as they are asked for, until ctx ends
	// or there are no more. It ends soon after ctx.
	Entries func(ctx context.Context) iter.Seq[*feedv1.Entry]
	// Accept keeps one body, or says why not.
	Accept func(ctx context.Context, body []byte) error
}

// Watch sends entries one by one. Send waits while the reader is slow, and so
// the next entry is made when there is room for it.
func (f Feed) Watch(ctx context.Context, send func(*feedv1.Entry) error) error {
	for e := range f.Entries(ctx) {
		if err := send(e); err != nil {
			return err // the reader has gone
		}
	}
	return ctx.Err()
}

// Publish takes bodies until the client half-closes, which is io.EOF. Any other
// end is no end: the client may have more.
func (f Feed) Publish(ctx context.Context, receive func() (*feedv1.PublishRequest, error)) (*feedv1.PublishResponse, error) {
	var n int64
	for {
		r, err := receive()
		if errors.Is(err, io.EOF) {
			return &feedv1.PublishResponse{Accepted: n}, nil
		}
		if err != nil {
			return nil, err
		}
		if err := f.Accept(ctx, r.GetBody()); err != nil {
			return nil, err // the client's next Send fails
		}
		n++
	}
}

// Talk answers requests and sends entries, each made in a goroutine of its own.
// Both hand over to this one, the only one that sends, without a buffer:
// whoever makes more than the client reads waits. When the client half-closes,
// the entries end and what was made is sent.
func (f Feed) Talk(ctx context.Context, receive func() (*feedv1.TalkRequest, error), send func(*feedv1.Entry) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	outbox := make(chan *feedv1.Entry)
	post := func(e *feedv1.Entry) bool {
		select {
		case outbox <- e:
			return true
		case <-ctx.Done():
			return false
		}
	}
	talking, quiet := context.WithCancel(ctx)
	defer quiet()
	var makers sync.WaitGroup
	makers.Go(func() {
		defer quiet()
		// When send has failed the stream is broken, or when Talk returns it is
		// over: in both cases receive returns.
		if err := answer(receive, post); err != nil {
			cancel(err)
		}
	})
	makers.Go(func() {
		for e := range f.Entries(talking) {
			if !post(e) {
				return
			}
		}
	})
	go func() {
		makers.Wait()
		close(outbox)
	}()
	for e := range outbox {
		if err := send(e); err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

// answer posts each request's body, until there are no more or post has failed.
func answer(receive func() (*feedv1.TalkRequest, error), post func(*feedv1.Entry) bool) error {
	for {
		r, err := receive()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if !post(&feedv1.Entry{Body: r.GetBody()}) {
			return nil
		}
	}
}
