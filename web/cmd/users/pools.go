package main

import (
	"database/sql"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
)

// A pool is how the connections of a store do: alike for database/sql and pgx,
// so that one dashboard is for both.
type pool struct {
	name             string
	most, used, idle int
	waits            int64
	waited           time.Duration
}

func ofSQL(name string, s sql.DBStats) pool {
	return pool{name, s.MaxOpenConnections, s.InUse, s.Idle, s.WaitCount, s.WaitDuration}
}

func ofPostgres(s *pgxpool.Stat) pool {
	return pool{
		"postgres", int(s.MaxConns()), int(s.AcquiredConns()), int(s.IdleConns()),
		s.EmptyAcquireCount(), s.EmptyAcquireWaitTime(),
	}
}

// A collector asks the pools each time when somebody asks for metrics.
type collector struct{ pools func() []pool }

var (
	connectionsDesc = prometheus.NewDesc("store_pool_connections",
		"Connections of the store, by pool and state.", []string{"pool", "state"}, nil)
	mostDesc = prometheus.NewDesc("store_pool_max_connections",
		"How many connections a pool may have.", []string{"pool"}, nil)
	waitsDesc = prometheus.NewDesc("store_pool_waits_total",
		"How often somebody has waited for a connection.", []string{"pool"}, nil)
	waitedDesc = prometheus.NewDesc("store_pool_wait_seconds_total",
		"How long all have waited for connections.", []string{"pool"}, nil)
)

// Describe implements [prometheus.Collector].
func (collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{connectionsDesc, mostDesc, waitsDesc, waitedDesc} {
		ch <- d
	}
}

// Collect implements [prometheus.Collector].
func (c collector) Collect(ch chan<- prometheus.Metric) {
	for _, p := range c.pools() {
		send := func(d *prometheus.Desc, t prometheus.ValueType, v float64, labels ...string) {
			ch <- prometheus.MustNewConstMetric(d, t, v, append([]string{p.name}, labels...)...)
		}
		send(connectionsDesc, prometheus.GaugeValue, float64(p.used), "used")
		send(connectionsDesc, prometheus.GaugeValue, float64(p.idle), "idle")
		send(mostDesc, prometheus.GaugeValue, float64(p.most))
		send(waitsDesc, prometheus.CounterValue, float64(p.waits))
		send(waitedDesc, prometheus.CounterValue, p.waited.Seconds())
	}
}
