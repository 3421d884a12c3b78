package store_test

import (
	"testing"

	"go.uber.org/goleak"

	"example.com/goguide/web/store/pgtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }
