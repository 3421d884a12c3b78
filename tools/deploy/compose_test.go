package deploy

import (
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

const composeFolder = folder + "/compose"

// load reads a file as docker compose does: it is refused where it is not as
// the schema of Compose has it, or names a variable that is not there.
func load(t *testing.T, text []byte, env types.Mapping) (*types.Project, error) {
	t.Helper()
	dir, err := filepath.Abs(composeFolder)
	require.NoError(t, err)
	return loader.LoadWithContext(t.Context(), types.ConfigDetails{
		WorkingDir: dir, Environment: env,
		ConfigFiles: []types.ConfigFile{{Filename: filepath.Join(dir, "compose.yaml"), Content: text}},
	})
}

func composed(t *testing.T) *types.Project {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(composeFolder, "compose.yaml"))
	require.NoError(t, err)
	p, err := load(t, b, types.Mapping{"SHOP_TOKEN": "a secret"})
	require.NoError(t, err)
	_, err = load(t, b, nil)
	require.ErrorContains(t, err, "SHOP_TOKEN", "without a token there is no shop")
	return p
}

func TestLoad_isStrict(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"name: a\nservices: {a: {image: a, prots: []}}":              "prots",
		"name: a\nservices: {a: {image: a, read_only: perhaps}}":     "read_only",
		"name: a\nservices: {a: {image: a, networks: [nowhere]}}":    "nowhere",
		"name: a\nservices: {a: {image: a, depends_on: [nobody]}}":   "nobody",
		"name: a\nservices: {a: {image: a, image: b}}":               "image",
		"name: a\nservices: {a: {image: a, volumes: [\"data:/d\"]}}": "data",
	} {
		_, err := load(t, []byte(text), nil)
		assert.ErrorContains(t, err, want, text)
	}
}

var shopServices = []string{"gateway", "orders", "users"}

// Each service can do little, has the time to end, and calls those that there
// are.
func TestCompose(t *testing.T) {
	t.Parallel()
	p := composed(t)
	assert.Equal(t, []string{"collector", "gateway", "orders", "prometheus", "users"}, slices.Sorted(maps.Keys(p.Services)))
	flags, err := os.ReadFile("../../grpc/cmd/shop/main.go")
	require.NoError(t, err)
	for _, name := range shopServices {
		s := p.Services[name]
		assert.Equal(t, "shop", s.Image)
		require.NotNil(t, s.Environment["SHOP_TOKEN"])
		assert.Equal(t, "a secret", *s.Environment["SHOP_TOKEN"], "it is not in the file")
		assert.Equal(t, "65532:65532", s.User)
		assert.True(t, s.ReadOnly)
		assert.Equal(t, []string{"ALL"}, s.CapDrop)
		assert.Equal(t, []string{"no-new-privileges:true"}, s.SecurityOpt)
		assert.Positive(t, s.MemLimit)
		const delay, drain, flush = time.Second, 5 * time.Second, 2 * time.Second // of the argument, and of package node
		assert.Contains(t, s.Command, "-delay=1s")
		assert.Greater(t, time.Duration(*s.StopGracePeriod), delay+drain+flush)

		assert.Contains(t, s.Command, "-only="+name)
		for _, arg := range s.Command {
			flag, value, _ := strings.Cut(strings.TrimPrefix(arg, "-"), "=")
			assert.Contains(t, string(flags), `, "`+flag+`", `, "the program has the flag")
			if at, ok := strings.CutPrefix(value, "http://"); ok {
				assert.Equal(t, flag+":8080", at)
				assert.Contains(t, p.Services[flag].Networks, "back")
			}
		}
		assert.Contains(t, s.Networks, "back")
		if name != "gateway" {
			assert.Len(t, s.Networks, 1, "nobody outside calls it")
			require.Len(t, s.Volumes, 1)
			assert.Equal(t, "/data", s.Volumes[0].Target)
			assert.Contains(t, s.Command, "-data=/data")
		}
	}
	assert.True(t, p.Networks["back"].Internal)
	for _, s := range p.Services {
		for _, port := range s.Ports {
			assert.Equal(t, "127.0.0.1", port.HostIP, "for this machine alone")
			assert.Contains(t, s.Networks, "front", "or the port is not published")
		}
		for _, v := range s.Volumes {
			if v.Type == types.VolumeTypeBind {
				assert.FileExists(t, v.Source)
				assert.True(t, v.ReadOnly)
			}
		}
		assert.NotContains(t, s.Image+":", "latest:", "a version, where it is another's")
	}
	b := p.Services["gateway"].Build
	require.NotNil(t, b)
	assert.FileExists(t, filepath.Join(b.Context, b.Dockerfile))
	assert.FileExists(t, filepath.Join(b.Context, "go.work"), "the root")
}

func strictly(t *testing.T, file string, into any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(composeFolder, file))
	require.NoError(t, err)
	require.NoError(t, yaml.UnmarshalStrict(b, into), file)
}

// Prometheus asks all services, at the port that they have for it. Its own
// library needs the SDKs of three clouds to read a configuration, so these are
// its fields that are used here.
func TestPrometheus(t *testing.T) {
	t.Parallel()
	var c struct {
		Global struct {
			ScrapeInterval string `json:"scrape_interval"`
			ScrapeTimeout  string `json:"scrape_timeout"`
		} `json:"global"`
		ScrapeConfigs []struct {
			JobName       string `json:"job_name"`
			MetricsPath   string `json:"metrics_path"`
			StaticConfigs []struct {
				Targets []string `json:"targets"`
			} `json:"static_configs"`
		} `json:"scrape_configs"`
	}
	strictly(t, "prometheus.yaml", &c)
	interval, err := time.ParseDuration(c.Global.ScrapeInterval)
	require.NoError(t, err)
	timeout, err := time.ParseDuration(c.Global.ScrapeTimeout)
	require.NoError(t, err)
	assert.Less(t, timeout, interval)
	require.Len(t, c.ScrapeConfigs, 1)
	assert.Equal(t, "/metrics", c.ScrapeConfigs[0].MetricsPath)
	var want []string
	p := composed(t)
	for _, name := range shopServices {
		assert.Contains(t, p.Services[name].Command, "-admin=:9090")
		want = append(want, name+":9090")
	}
	assert.Equal(t, want, c.ScrapeConfigs[0].StaticConfigs[0].Targets)
	assert.Contains(t, p.Services["prometheus"].Networks, "back")
}

// The collector listens where the services send, and its pipeline is made of
// what it has.
func TestCollector(t *testing.T) {
	t.Parallel()
	type parts map[string]map[string]any
	var c struct {
		Receivers struct {
			OTLP struct {
				Protocols struct {
					HTTP struct {
						Endpoint string `json:"endpoint"`
					} `json:"http"`
				} `json:"protocols"`
			} `json:"otlp"`
		} `json:"receivers"`
		Processors parts `json:"processors"`
		Exporters  parts `json:"exporters"`
		Service    struct {
			Pipelines map[string]struct {
				Receivers  []string `json:"receivers"`
				Processors []string `json:"processors"`
				Exporters  []string `json:"exporters"`
			} `json:"pipelines"`
		} `json:"service"`
	}
	strictly(t, "collector.yaml", &c)
	p := composed(t)
	_, port, _ := strings.Cut(c.Receivers.OTLP.Protocols.HTTP.Endpoint, ":")
	for _, name := range shopServices {
		at := p.Services[name].Environment["OTEL_EXPORTER_OTLP_ENDPOINT"]
		require.NotNil(t, at)
		u, err := url.Parse(*at)
		require.NoError(t, err)
		assert.Equal(t, port, u.Port())
		assert.Contains(t, p.Services[u.Hostname()].Networks, "back")
	}
	require.Len(t, c.Service.Pipelines, 1)
	traces := c.Service.Pipelines["traces"]
	assert.Equal(t, []string{"otlp"}, traces.Receivers)
	assert.Equal(t, "memory_limiter", traces.Processors[0], "as it must be the first")
	assert.ElementsMatch(t, slices.Collect(maps.Keys(c.Processors)), traces.Processors)
	assert.ElementsMatch(t, slices.Collect(maps.Keys(c.Exporters)), traces.Exporters)
}
