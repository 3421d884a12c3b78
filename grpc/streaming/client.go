package streaming

import (
	"context"
	"errors"
	"io"
	"iter"
	"sync"

	feedv1 "example.com/goguide/grpc/proto/feed/v1"
)

// A Client opens streams, by either library. A stream lives until it was read
// to its end, an error included, or ctx has ended.
type Client interface {
	Watch(ctx context.Context) (Reader, error)
	Publish(ctx context.Context) (Upload, error)
	Talk(ctx context.Context) (Conversation, error)
}

// A Reader is the client's end of Watch. At its end Receive's error is io.EOF,
// as errors.Is has it.
type Reader struct {
	Receive func() (*feedv1.Entry, error)
}

// An Upload is the client's end of Publish. Once the server has answered,
// Send's error is io.EOF, and what it has answered is Finish's.
type Upload struct {
	Send   func(*feedv1.PublishRequest) error
	Finish func() (*feedv1.PublishResponse, error)
}

// A Conversation is the client's end of Talk. One goroutine may send while
// another one receives.
type Conversation struct {
	Send      func(*feedv1.TalkRequest) error
	CloseSend func() error
	Receive   func() (*feedv1.Entry, error)
}

// Each hands entries to f until they end, or f returns an error, which Each
// returns.
func Each(ctx context.Context, c Client, f func(*feedv1.Entry) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // tells the server, however this returns
	stream, err := c.Watch(ctx)
	if err != nil {
		return err
	}
	return each(stream.Receive, f)
}

func each(receive func() (*feedv1.Entry, error), f func(*feedv1.Entry) error) error {
	for {
		e, err := receive()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := f(e); err != nil {
			return err
		}
	}
}

// SendAll publishes bodies, and returns how many the server has accepted. If it
// refuses one, the error says why.
func SendAll(ctx context.Context, c Client, bodies iter.Seq[[]byte]) (int64, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.Publish(ctx)
	if err != nil {
		return 0, err
	}
	for b := range bodies {
		err := stream.Send(&feedv1.PublishRequest{Body: b})
		if errors.Is(err, io.EOF) {
			break // the server has said its last word already
		}
		if err != nil {
			return 0, err
		}
	}
	res, err := stream.Finish()
	return res.GetAccepted(), err
}

// Converse sends bodies and hands what comes back to f, at the same time. It
// returns when the server has ended the stream, or f's error.
func Converse(ctx context.Context, c Client, bodies iter.Seq[[]byte], f func(*feedv1.Entry) error) error {
	ctx, cancel := context.WithCancel(ctx)
	stream, err := c.Talk(ctx)
	if err != nil {
		cancel()
		return err
	}
	var sending sync.WaitGroup
	defer sending.Wait()
	defer cancel() // first, for Send may wait
	sending.Go(func() {
		for b := range bodies {
			if stream.Send(&feedv1.TalkRequest{Body: b}) != nil {
				return // Receive has the reason
			}
		}
		if stream.CloseSend() != nil {
			cancel() // or the server waits for more
		}
	})
	return each(stream.Receive, f)
}
