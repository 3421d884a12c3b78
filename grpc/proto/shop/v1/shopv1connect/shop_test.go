package shopv1connect

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"

	shopv1 "example.com/goguide/grpc/proto/shop/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Both plugins call the same method by the same path, which is why either's
// client can call the other's server.
func TestProcedures_areThoseOfGRPC(t *testing.T) {
	t.Parallel()
	assert.Equal(t, shopv1.OrderService_PlaceOrder_FullMethodName, OrderServicePlaceOrderProcedure)
	assert.Equal(t, shopv1.OrderService_GetOrder_FullMethodName, OrderServiceGetOrderProcedure)
	assert.Equal(t, shopv1.AccountService_RecordOrder_FullMethodName, AccountServiceRecordOrderProcedure)
	assert.Equal(t, shopv1.AccountService_GetAccount_FullMethodName, AccountServiceGetAccountProcedure)
}
