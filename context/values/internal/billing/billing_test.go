package billing

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWithInvoice_usesTheExportedKey(t *testing.T) {
	t.Parallel()
	ctx := WithInvoice(WithAccount(t.Context(), "account 9"), "R-1")
	assert.Equal(t, "R-1", ctx.Value(InvoiceKey))
	assert.Nil(t, ctx.Value("invoice"), "a text is no Key")
}
