package streaming

import (
	"context"
	"sync"

	feedv1 "example.com/goguide/grpc/proto/feed/v1"
)

// Abandoned returns the first entry. Compare [Each].
func Abandoned(ctx context.Context, c Client) (*feedv1.Entry, error) {
	// BUG(deadlock, hang, leakprofile, synctest): Abandoned leaves a stream
	// that was neither read to its end nor cancelled.
	stream, err := c.Watch(ctx)
	if err != nil {
		return nil, err
	}
	return stream.Receive()
}

// TwoSenders answers requests in one goroutine and sends entries in another.
// Compare [Feed.Talk].
func (f Feed) TwoSenders(ctx context.Context, receive func() (*feedv1.TalkRequest, error), send func(*feedv1.Entry) error) error {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() {
		for e := range f.Entries(ctx) {
			// BUG(race, deadlock?, hang?, synctest?): TwoSenders calls Send in two
			// goroutines: frames get mixed up, and at times both ends then wait.
			if send(e) != nil {
				return
			}
		}
	})
	return answer(receive, func(e *feedv1.Entry) bool { return send(e) == nil })
}

// Unbounded does not let a slow reader hold up whoever makes the entries.
// Compare [Feed.Watch].
func (f Feed) Unbounded(ctx context.Context, send func(*feedv1.Entry) error) error {
	// BUG(test): Unbounded keeps for a slow reader all that it has not read:
	// the buffer is never full, and each stream has one.
	outbox := make(chan *feedv1.Entry, 1<<20)
	go func() {
		defer close(outbox)
		for e := range f.Entries(ctx) {
			outbox <- e
		}
	}()
	for e := range outbox {
		if err := send(e); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// NoHalfClose sends a question and collects what the server has to say. Compare
// [Converse].
func NoHalfClose(ctx context.Context, c Client, body []byte) (answers []*feedv1.Entry, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.Talk(ctx)
	if err != nil {
		return nil, err
	}
	if err := stream.Send(&feedv1.TalkRequest{Body: body}); err != nil {
		return nil, err
	}
	// BUG(deadlock, hang, leakprofile, synctest): NoHalfClose reads to the end
	// without CloseSend: the server waits for the next question, and the client
	// for the end.
	err = each(stream.Receive, func(e *feedv1.Entry) error {
		answers = append(answers, e)
		return nil
	})
	return answers, err
}

// SendsFirst sends all its questions, and then reads the answers. Compare
// [Converse].
func SendsFirst(ctx context.Context, c Client, bodies [][]byte) (answers int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.Talk(ctx)
	if err != nil {
		return 0, err
	}
	for _, b := range bodies {
		// BUG(deadlock, hang, leakprofile, synctest): SendsFirst does not read
		// while it sends: when the buffers are full of answers the server stops
		// reading, and both wait.
		if err := stream.Send(&feedv1.TalkRequest{Body: b}); err != nil {
			return 0, err
		}
	}
	if err := stream.CloseSend(); err != nil {
		return 0, err
	}
	err = each(stream.Receive, func(*feedv1.Entry) error {
		answers++
		return nil
	})
	return answers, err
}

// LosesReason publishes bodies. Compare [SendAll].
func LosesReason(ctx context.Context, c Client, bodies [][]byte) (int64, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.Publish(ctx)
	if err != nil {
		return 0, err
	}
	for _, b := range bodies {
		if err := stream.Send(&feedv1.PublishRequest{Body: b}); err != nil {
			// BUG(test): LosesReason returns Send's error, which is io.EOF
			// whatever the server has said: the reason is in Finish's.
			return 0, err
		}
	}
	res, err := stream.Finish()
	return res.GetAccepted(), err
}
