package gin

import (
	"testing"

	"go.uber.org/goleak"

	"example.com/goguide/web/api/apitest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAPI(t *testing.T) { apitest.Run(t, apitest.Handler(New)) }
