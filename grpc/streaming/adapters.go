package streaming

import (
	"context"

	"connectrpc.com/connect/v2"
	"google.golang.org/grpc"

	feedv1 "example.com/goguide/grpc/proto/feed/v1"
	"example.com/goguide/grpc/proto/feed/v1/feedv1connect"
)

// A Service is a [Feed].
type Service interface {
	Watch(ctx context.Context, send func(*feedv1.Entry) error) error
	Publish(ctx context.Context, receive func() (*feedv1.PublishRequest, error)) (*feedv1.PublishResponse, error)
	Talk(ctx context.Context, receive func() (*feedv1.TalkRequest, error), send func(*feedv1.Entry) error) error
}

// RegisterConnect registers the service with connect-go.
func RegisterConnect(s *connect.Server, feed Service) {
	feedv1connect.RegisterFeedServiceHandler(s, connectFeed{feed: feed})
}

type connectFeed struct {
	feedv1connect.UnimplementedFeedServiceHandler
	feed Service
}

func (c connectFeed) Watch(ctx context.Context, _ *feedv1.WatchRequest, s feedv1connect.FeedServiceWatchServerStream) error {
	return c.feed.Watch(ctx, s.Send)
}

func (c connectFeed) Publish(ctx context.Context, s feedv1connect.FeedServicePublishServerStream) (*feedv1.PublishResponse, error) {
	return c.feed.Publish(ctx, s.Receive)
}

func (c connectFeed) Talk(ctx context.Context, s feedv1connect.FeedServiceTalkServerStream) error {
	return c.feed.Talk(ctx, s.Receive, s.Send)
}

// RegisterGRPC registers the service with grpc-go.
func RegisterGRPC(s grpc.ServiceRegistrar, feed Service) {
	feedv1.RegisterFeedServiceServer(s, grpcFeed{feed: feed})
}

type grpcFeed struct {
	feedv1.UnimplementedFeedServiceServer
	feed Service
}

func (g grpcFeed) Watch(_ *feedv1.WatchRequest, s feedv1.FeedService_WatchServer) error {
	return g.feed.Watch(s.Context(), s.Send)
}

func (g grpcFeed) Publish(s feedv1.FeedService_PublishServer) error {
	res, err := g.feed.Publish(s.Context(), s.Recv)
	if err != nil {
		return err
	}
	return s.SendAndClose(res)
}

func (g grpcFeed) Talk(s feedv1.FeedService_TalkServer) error {
	return g.feed.Talk(s.Context(), s.Recv, s.Send)
}

// NewConnectClient returns a [Client] that calls by connect-go.
func NewConnectClient(c *connect.Client) Client {
	return connectClient{feedv1connect.NewFeedServiceClient(c)}
}

type connectClient struct {
	feed feedv1connect.FeedServiceClient
}

func (c connectClient) Watch(ctx context.Context) (Reader, error) {
	s, err := c.feed.Watch(ctx, new(feedv1.WatchRequest))
	return Reader{s.Receive}, err
}

func (c connectClient) Publish(ctx context.Context) (Upload, error) {
	s, err := c.feed.Publish(ctx)
	return Upload{s.Send, s.CloseAndReceive}, err
}

func (c connectClient) Talk(ctx context.Context) (Conversation, error) {
	s, err := c.feed.Talk(ctx)
	return Conversation{s.Send, s.CloseSend, s.Receive}, err
}

// NewGRPCClient returns a [Client] that calls by grpc-go.
func NewGRPCClient(c grpc.ClientConnInterface) Client {
	return grpcClient{feedv1.NewFeedServiceClient(c)}
}

type grpcClient struct{ feed feedv1.FeedServiceClient }

func (g grpcClient) Watch(ctx context.Context) (Reader, error) {
	s, err := g.feed.Watch(ctx, new(feedv1.WatchRequest))
	if err != nil {
		return Reader{}, err
	}
	return Reader{s.Recv}, nil
}

func (g grpcClient) Publish(ctx context.Context) (Upload, error) {
	s, err := g.feed.Publish(ctx)
	if err != nil {
		return Upload{}, err
	}
	return Upload{s.Send, s.CloseAndRecv}, nil
}

func (g grpcClient) Talk(ctx context.Context) (Conversation, error) {
	s, err := g.feed.Talk(ctx)
	if err != nil {
		return Conversation{}, err
	}
	return Conversation{s.Send, s.CloseSend, s.Recv}, nil
}
