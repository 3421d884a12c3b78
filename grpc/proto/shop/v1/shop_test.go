package shopv1

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/types/descriptorpb"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Every method says that it may be repeated: package retry asks the .proto, and
// the services keep that promise.
func TestMethods_mayBeRepeated(t *testing.T) {
	t.Parallel()
	n := 0
	services := File_shop_v1_shop_proto.Services()
	for i := range services.Len() {
		methods := services.Get(i).Methods()
		for j := range methods.Len() {
			o, ok := methods.Get(j).Options().(*descriptorpb.MethodOptions)
			require.True(t, ok)
			assert.NotEqual(t, descriptorpb.MethodOptions_IDEMPOTENCY_UNKNOWN, o.GetIdempotencyLevel(), methods.Get(j).FullName())
			n++
		}
	}
	assert.Equal(t, 4, n)
}
