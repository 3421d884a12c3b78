package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/peterbourgon/ff/v3"

	"example.com/goguide/web/middleware"
)

// config is what flags, environment and file say.
type config struct {
	listen, admin    string
	data, dsn        string
	file             string // with lines such as: rate 50
	trace            string
	proxies, origins list
	level            slog.Level
	rate             float64
	burst            int
	timeout          time.Duration
	delay, drain     time.Duration
}

// A list is a flag of several values with commas between them.
type list []string

func (l *list) String() string { return strings.Join(*l, ",") }

// Set implements [flag.Value].
func (l *list) Set(text string) error {
	*l = nil
	for s := range strings.SplitSeq(text, ",") {
		if s = strings.TrimSpace(s); s != "" {
			*l = append(*l, s)
		}
	}
	return nil
}

// traces are the values of -trace.
var traces = []string{"off", "stdout", "otlp"}

// prefix is how the environment variables begin: -log-level is USERS_LOG_LEVEL.
const prefix = "USERS"

// flags returns the flags, which set c.
func flags(c *config) *flag.FlagSet {
	fs := flag.NewFlagSet("users", flag.ContinueOnError)
	fs.SetOutput(io.Discard) // the error says it all
	fs.Usage = func() {}
	fs.StringVar(&c.file, "config", "", "a `file` with lines such as: rate 50")
	fs.StringVar(&c.listen, "listen", "127.0.0.1:8080", "the public `address`: :8080 is for everybody")
	fs.StringVar(&c.admin, "admin", "127.0.0.1:8081", "the private `address`, of metrics, probes and profiles")
	fs.StringVar(&c.data, "data", "", "the `file` of SQLite; without it users.db in the folder of this user's data")
	fs.StringVar(&c.dsn, "dsn", "", "a PostgreSQL `URL` in place of the file: postgres://user@host/database")
	fs.Float64Var(&c.rate, "rate", 100, "how many requests a second a client may send")
	fs.IntVar(&c.burst, "burst", 200, "how many of them at once")
	fs.DurationVar(&c.timeout, "timeout", 5*time.Second, "how long a request may take")
	fs.DurationVar(&c.delay, "delay", 5*time.Second, "how long all is served as before after SIGTERM, while /readyz is red")
	fs.DurationVar(&c.drain, "drain", 20*time.Second, "how long requests may go on after that")
	fs.Var(&c.proxies, "proxies", "the address `ranges` of proxies whose X-Forwarded-For is believed: 10.0.0.0/8,…")
	fs.Var(&c.origins, "origins", "other `sites` whose pages may use this one: https://example.com,…")
	fs.StringVar(&c.trace, "trace", "off", "where `spans` go: "+strings.Join(traces, ", ")+" (to OTEL_EXPORTER_OTLP_ENDPOINT)")
	fs.TextVar(&c.level, "log-level", slog.LevelInfo, "the least `level` that is logged: DEBUG, INFO, WARN, ERROR")
	return fs
}

// usage says what there is to configure.
func usage(w io.Writer) {
	fmt.Fprintln(w, "Usage: users [flags]\n\nEach flag may also be a variable, as "+
		prefix+"_LOG_LEVEL, or a line of the file of -config, as: log-level DEBUG")
	fs := flags(new(config))
	fs.SetOutput(w)
	fs.PrintDefaults()
}

// parse reads the configuration. Its errors are the user's.
func parse(args []string) (config, error) {
	var c config
	fs := flags(&c)
	err := ff.Parse(fs, args,
		ff.WithEnvVarPrefix(prefix),
		ff.WithConfigFileFlag("config"),
		ff.WithConfigFileParser(c.parser(fs)),
	)
	if err != nil {
		return c, fmt.Errorf("%w (users -h lists the flags)", err)
	}
	if fs.NArg() > 0 {
		return c, fmt.Errorf("unexpected argument %q: expected flags alone (users -h lists them)", fs.Arg(0))
	}
	return c, c.check()
}

// parser returns ff's parser of lines, with errors that say in which file.
func (c *config) parser(fs *flag.FlagSet) ff.ConfigFileParser {
	return func(r io.Reader, set func(name, value string) error) error {
		return ff.PlainParser(r, func(name, value string) error {
			if fs.Lookup(name) == nil {
				return fmt.Errorf("%s: unknown key %q: expected one of %s", c.file, name, names(fs))
			}
			if err := set(name, value); err != nil {
				return fmt.Errorf("%s: %w", c.file, err)
			}
			return nil
		})
	}
}

func names(fs *flag.FlagSet) string {
	var all []string
	fs.VisitAll(func(f *flag.Flag) { all = append(all, f.Name) })
	return strings.Join(all, ", ")
}

// check returns all that is wrong with values which can be read. It does not
// repeat a DSN, which may hold a password.
func (c *config) check() error {
	var errs []error
	expect := func(ok bool, name, what string) {
		if !ok {
			errs = append(errs, fmt.Errorf("-%s: expected %s", name, what))
		}
	}
	url := strings.HasPrefix(c.dsn, "postgres://") || strings.HasPrefix(c.dsn, "postgresql://")
	expect(c.dsn == "" || url, "dsn", "postgres://user@host/database")
	expect(c.rate > 0, "rate", "more than 0")
	expect(c.burst >= 1, "burst", "1 or more")
	expect(c.timeout > 0, "timeout", "more than 0, such as 5s")
	expect(c.delay >= 0, "delay", "0 or more, such as 5s")
	expect(c.drain > 0, "drain", "more than 0, such as 20s")
	expect(slices.Contains(traces, c.trace), "trace", strings.Join(traces, ", "))
	_, err := middleware.New(middleware.Config{Proxies: c.proxies, Origins: c.origins})
	if err != nil {
		errs = append(errs, fmt.Errorf("-proxies, -origins: %w", err))
	}
	return errors.Join(errs...)
}
