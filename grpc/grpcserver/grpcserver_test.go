package grpcserver

import (
	"testing"

	"go.uber.org/goleak"

	"example.com/goguide/grpc/contract"
	"example.com/goguide/grpc/users"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestContract(t *testing.T) {
	contract.Run(t, func(c users.Config) contract.Server { return New(c) }, contract.GRPC()...)
}
