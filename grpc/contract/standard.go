package contract

import (
	"context"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	reflectionv1 "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"

	userv1 "example.com/goguide/grpc/proto/user/v1"
)

// The services that every gRPC server should have: what balancers, probes and
// grpcurl ask. They ask by gRPC, so that is how they are asked here.

func health(t require.TestingT, s *session) {
	conn, err := s.conn()
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	client := healthv1.NewHealthClient(conn)
	check := func(service string) (string, error) {
		r, err := client.Check(context.Background(), &healthv1.HealthCheckRequest{Service: service})
		return r.GetStatus().String(), err
	}
	for _, c := range []struct {
		serving bool
		want    string
	}{{true, "SERVING"}, {false, "NOT_SERVING"}, {true, "SERVING"}} {
		s.setServing(c.serving)
		for _, service := range []string{"", userv1.UserService_ServiceDesc.ServiceName} {
			got, err := check(service)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		}
	}
	_, err = check("user.v1.Nobody")
	assert.Equal(t, codes.NotFound, status.Code(err))
}

func reflected(t require.TestingT, s *session) {
	conn, err := s.conn()
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	stream, err := reflectionv1.NewServerReflectionClient(conn).ServerReflectionInfo(ctx)
	require.NoError(t, err)
	ask := func(r *reflectionv1.ServerReflectionRequest) *reflectionv1.ServerReflectionResponse {
		require.NoError(t, stream.Send(r))
		answer, err := stream.Recv()
		require.NoError(t, err)
		return answer
	}
	list := ask(&reflectionv1.ServerReflectionRequest{
		MessageRequest: &reflectionv1.ServerReflectionRequest_ListServices{},
	})
	var names []string
	for _, service := range list.GetListServicesResponse().GetService() {
		names = append(names, service.GetName())
	}
	assert.Contains(t, names, "user.v1.UserService")

	files := ask(&reflectionv1.ServerReflectionRequest{
		MessageRequest: &reflectionv1.ServerReflectionRequest_FileContainingSymbol{FileContainingSymbol: "user.v1.UserService"},
	}).GetFileDescriptorResponse().GetFileDescriptorProto()
	require.NotEmpty(t, files)
	var file descriptorpb.FileDescriptorProto
	require.NoError(t, proto.Unmarshal(files[0], &file))
	assert.Equal(t, "user/v1/user.proto", file.GetName())
}
