package library

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"maps"
)

var (
	errTooMany = errors.New("too many connections")
	errLine    = errors.New("the line to the database broke")
)

// A database is in memory, knows four statements, and allows one connection. It
// is a driver.Connector.
type database struct {
	titles    []string
	loans     map[int]string
	members   map[string]int
	conns     int
	breaksAt  int // the book before which reading fails, 0 for none
	noCommits bool
}

func newDatabase() *database {
	return &database{
		titles:  []string{"Dune", "Emma", "Ulysses", "Walden"},
		loans:   map[int]string{2: "ada"},
		members: map[string]int{"ada": 1, "bob": 0},
	}
}

func (d *database) Connect(context.Context) (driver.Conn, error) {
	if d.conns == 1 {
		return nil, errTooMany
	}
	d.conns++
	return &conn{database: d}, nil
}

func (d *database) Driver() driver.Driver { return nil }

type conn struct {
	*database

	before *database // the transaction, when there is one
}

func (c *conn) Prepare(query string) (driver.Stmt, error) {
	return nil, fmt.Errorf("this database has no prepared statements: %s", query)
}

func (c *conn) Close() error {
	c.conns--
	return nil
}

func (c *conn) Begin() (driver.Tx, error) {
	before := *c.database
	before.loans, before.members = maps.Clone(c.loans), maps.Clone(c.members)
	c.before = &before
	return c, nil
}

func (c *conn) Commit() error {
	if c.noCommits {
		return errors.Join(errLine, c.Rollback())
	}
	c.before = nil
	return nil
}

func (c *conn) Rollback() error {
	c.loans, c.members = c.before.loans, c.before.members
	c.before = nil
	return nil
}

func (c *conn) QueryContext(_ context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	switch query {
	case selectBooks:
		r := &rows{columns: []string{"id", "title"}, breaksAt: c.breaksAt}
		for i, title := range c.titles {
			r.values = append(r.values, []driver.Value{int64(i + 1), title})
		}
		return r, nil
	case selectMember:
		r := &rows{columns: []string{"member"}}
		if member := c.loans[int(args[0].Value.(int64))]; member != "" {
			r.values = [][]driver.Value{{member}}
		}
		return r, nil
	}
	return nil, fmt.Errorf("this database does not know the query %s", query)
}

func (c *conn) ExecContext(_ context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	switch query {
	case insertLoan:
		c.loans[int(args[0].Value.(int64))] = args[1].Value.(string)
		return driver.RowsAffected(1), nil
	case countLoan:
		name := args[0].Value.(string)
		if _, ok := c.members[name]; !ok {
			return driver.RowsAffected(0), nil
		}
		c.members[name]++
		return driver.RowsAffected(1), nil
	}
	return nil, fmt.Errorf("this database does not know the statement %s", query)
}

type rows struct {
	columns  []string
	values   [][]driver.Value
	next     int
	breaksAt int
}

func (r *rows) Columns() []string { return r.columns }
func (r *rows) Close() error      { return nil }

func (r *rows) Next(to []driver.Value) error {
	if r.next++; r.next == r.breaksAt {
		return errLine
	}
	if r.next > len(r.values) {
		return io.EOF
	}
	copy(to, r.values[r.next-1])
	return nil
}
