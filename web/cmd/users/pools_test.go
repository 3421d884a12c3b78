package main

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/web/api"
	"example.com/goguide/web/store/pgtest"
)

func TestPools_inSQLite(t *testing.T) {
	t.Parallel()
	p := serve(t, inFile(t))
	metrics := p.get(p.admin + "/metrics").body
	for _, line := range []string{
		`store_pool_max_connections{pool="write"} 1`, `store_pool_max_connections{pool="read"} 7`,
		`store_pool_connections{pool="write",state="used"} 0`, `store_pool_waits_total{pool="read"} 0`,
		"go_goroutines ", "process_open_fds ",
	} {
		assert.Contains(t, metrics, line)
	}
}

func TestPools_inPostgreSQL(t *testing.T) {
	t.Parallel()
	c := defaults(t)
	c.dsn = pgtest.With(migrated.Database(t), "pool_max_conns", "4")
	db := opened(t, c)
	p := serve(t, db)
	res := p.get(p.admin + "/readyz")
	require.Equal(t, http.StatusOK, res.status)
	metrics := p.get(p.admin + "/metrics").body
	assert.Contains(t, metrics, `store_pool_max_connections{pool="postgres"} 4`)
	assert.Contains(t, metrics, `store_pool_connections{pool="postgres",state="idle"} `)
}

// A pool in use says so: the numbers are asked for each time.
func TestPools_countWhoWaits(t *testing.T) {
	t.Parallel()
	db := inFile(t)
	p := serve(t, db)
	inside, release := make(chan struct{}), make(chan struct{})
	first := make(chan error, 1)
	go func() {
		first <- db.Tx(context.Background(), func(api.Users) error {
			close(inside)
			<-release
			return nil
		})
	}()
	<-inside
	second := make(chan error, 1)
	go func() {
		_, err := db.Create(context.Background(), "", api.Draft{Name: "Ann", Email: "ann@example.com"})
		second <- err
	}()
	assert.Eventually(t, func() bool {
		write := db.pools()[0]
		return write.used == 1 && write.waits == 1
	}, time.Minute, time.Millisecond)
	metrics := p.get(p.admin + "/metrics").body
	assert.Contains(t, metrics, `store_pool_connections{pool="write",state="used"} 1`)
	assert.Contains(t, metrics, `store_pool_waits_total{pool="write"} 1`)
	close(release)
	require.NoError(t, <-first)
	require.NoError(t, <-second)
}
