package deploy

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

const folder = "../../grpc/shop/deploy"

// kinds are those that the manifests may have, by apiVersion and kind.
var kinds = map[string]func() any{
	"v1 Namespace":                           func() any { return new(corev1.Namespace) },
	"v1 ServiceAccount":                      func() any { return new(corev1.ServiceAccount) },
	"v1 Service":                             func() any { return new(corev1.Service) },
	"apps/v1 Deployment":                     func() any { return new(appsv1.Deployment) },
	"apps/v1 StatefulSet":                    func() any { return new(appsv1.StatefulSet) },
	"policy/v1 PodDisruptionBudget":          func() any { return new(policyv1.PodDisruptionBudget) },
	"autoscaling/v2 HorizontalPodAutoscaler": func() any { return new(autoscalingv2.HorizontalPodAutoscaler) },
	"networking.k8s.io/v1 NetworkPolicy":     func() any { return new(networkingv1.NetworkPolicy) },
}

// decode reads the documents of a manifest, and fails for a field that its kind
// does not have, or has twice.
func decode(manifest []byte) (all []any, err error) {
	docs := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(manifest)))
	for {
		doc, err := docs.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		var kind metav1.TypeMeta
		if err := yaml.Unmarshal(doc, &kind); err != nil {
			return nil, err
		}
		empty, ok := kinds[kind.APIVersion+" "+kind.Kind]
		if !ok {
			return nil, errors.New("unexpected kind: " + kind.APIVersion + " " + kind.Kind)
		}
		object := empty()
		if err := yaml.UnmarshalStrict(doc, object); err != nil {
			return nil, err
		}
		all = append(all, object)
	}
}

// kustomization is what is used of kustomize's format.
type kustomization struct {
	metav1.TypeMeta `json:",inline"`

	Namespace string `json:"namespace"`
	Labels    []struct {
		Pairs map[string]string `json:"pairs"`
	} `json:"labels"`
	Resources []string `json:"resources"`
}

// manifests returns all objects, and fails for a file that is not listed.
func manifests(t *testing.T) (all []any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(folder, "kustomization.yaml"))
	require.NoError(t, err)
	var k kustomization
	require.NoError(t, yaml.UnmarshalStrict(b, &k))
	assert.Equal(t, "Kustomization", k.Kind)
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	require.NoError(t, err)
	require.Len(t, files, len(k.Resources)+1, "each file is a resource, but for the kustomization")
	for _, name := range k.Resources {
		b, err := os.ReadFile(filepath.Join(folder, name))
		require.NoError(t, err)
		objects, err := decode(b)
		require.NoError(t, err, name)
		all = append(all, objects...)
	}
	return all
}

// A workload is what runs pods.
type workload struct {
	name     string
	selector *metav1.LabelSelector
	pod      corev1.PodTemplateSpec
}

func workloads(all []any) (ws []workload) {
	for _, o := range all {
		switch o := o.(type) {
		case *appsv1.Deployment:
			ws = append(ws, workload{o.Name, o.Spec.Selector, o.Spec.Template})
		case *appsv1.StatefulSet:
			ws = append(ws, workload{o.Name, o.Spec.Selector, o.Spec.Template})
		}
	}
	return ws
}

func TestDecode_isStrict(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"apiVersion: v1\nkind: Service\nspec: {prots: []}":              `unknown field "prots"`,
		"apiVersion: v1\nkind: Service\nmetadata: {name: a, name: b}":   `key "name" already set`,
		"apiVersion: v1\nkind: Secret\n":                                "unexpected kind: v1 Secret",
		"apiVersion: apps/v1\nkind: Deployment\nspec: {replicas: many}": "cannot unmarshal string",
	} {
		_, err := decode([]byte(text))
		assert.ErrorContains(t, err, want)
	}
}

// Each pod can do little, is asked how it is, and has the time to end.
func TestPods(t *testing.T) {
	t.Parallel()
	ws := workloads(manifests(t))
	require.Len(t, ws, 3)
	flags, err := os.ReadFile("../../grpc/cmd/shop/main.go")
	require.NoError(t, err)
	for _, w := range ws {
		p := w.pod.Spec
		require.Len(t, p.Containers, 1)
		c := p.Containers[0]
		selector, err := metav1.LabelSelectorAsSelector(w.selector)
		require.NoError(t, err)
		assert.True(t, selector.Matches(labels.Set(w.pod.Labels)), w.name)

		assert.True(t, *p.SecurityContext.RunAsNonRoot)
		assert.Positive(t, *p.SecurityContext.RunAsUser)
		assert.Equal(t, corev1.SeccompProfileTypeRuntimeDefault, p.SecurityContext.SeccompProfile.Type)
		assert.False(t, *p.AutomountServiceAccountToken)
		assert.True(t, *c.SecurityContext.ReadOnlyRootFilesystem)
		assert.False(t, *c.SecurityContext.AllowPrivilegeEscalation)
		assert.Equal(t, []corev1.Capability{"ALL"}, c.SecurityContext.Capabilities.Drop)
		assert.False(t, c.Resources.Requests.Cpu().IsZero())
		assert.False(t, c.Resources.Limits.Memory().IsZero())

		ports := make(map[string]int32)
		for _, port := range c.Ports {
			ports[port.Name] = port.ContainerPort
		}
		assert.Equal(t, map[string]int32{"public": 8080, "admin": 9090}, ports)
		assert.Equal(t, ports["public"], c.StartupProbe.GRPC.Port)
		assert.Equal(t, ports["public"], c.ReadinessProbe.GRPC.Port)
		assert.Equal(t, "admin", c.LivenessProbe.TCPSocket.Port.StrVal)
		const delay, drain = 2, 5 // of the argument, and of package node
		assert.Contains(t, c.Args, "-delay=2s")
		assert.Greater(t, *p.TerminationGracePeriodSeconds, c.Lifecycle.PreStop.Sleep.Seconds+delay+drain)

		assert.Contains(t, c.Args, "-only="+w.name)
		for _, arg := range c.Args {
			name, value, _ := strings.Cut(strings.TrimPrefix(arg, "-"), "=")
			assert.Contains(t, string(flags), `, "`+name+`", `, "the program has the flag")
			if service, ok := strings.CutPrefix(value, "http://"); ok {
				assert.Equal(t, name+":8080", service)
			}
		}
		assert.Equal(t, "shop-token", c.Env[0].ValueFrom.SecretKeyRef.Name, "no secret in a manifest")
	}
}

// What selects pods selects those of one service, and what names a workload
// names one that there is.
func TestNames(t *testing.T) {
	t.Parallel()
	all := manifests(t)
	ws := workloads(all)
	selected := func(by map[string]string) (names []string) {
		for _, w := range ws {
			if labels.SelectorFromSet(by).Matches(labels.Set(w.pod.Labels)) {
				names = append(names, w.name)
			}
		}
		return names
	}
	for _, o := range all {
		switch o := o.(type) {
		case *corev1.Service:
			assert.Equal(t, []string{o.Name}, selected(o.Spec.Selector))
			assert.Equal(t, "public", o.Spec.Ports[0].TargetPort.StrVal)
		case *policyv1.PodDisruptionBudget:
			assert.Equal(t, []string{o.Name}, selected(o.Spec.Selector.MatchLabels))
		case *autoscalingv2.HorizontalPodAutoscaler:
			target := o.Spec.ScaleTargetRef
			assert.True(t, slices.ContainsFunc(all, func(o any) bool {
				d, ok := o.(*appsv1.Deployment)
				return ok && d.Name == target.Name && d.Kind == target.Kind && d.APIVersion == target.APIVersion &&
					d.Spec.Replicas == nil // or each apply takes back what was scaled
			}), target.Name)
			assert.Greater(t, *o.Spec.MinReplicas, int32(1), "as its budget needs")
		}
	}
}

// Nobody calls anybody but as the shop does, and only the monitoring sees the
// port admin.
func TestNetwork(t *testing.T) {
	t.Parallel()
	calls := make(map[string][]string) // who may call a service
	closed := false
	for _, o := range manifests(t) {
		p, ok := o.(*networkingv1.NetworkPolicy)
		if !ok {
			continue
		}
		of := p.Spec.PodSelector.MatchLabels["app.kubernetes.io/name"]
		closed = closed || of == "" && len(p.Spec.PolicyTypes) == 2 && p.Spec.Ingress == nil && p.Spec.Egress == nil
		for _, in := range p.Spec.Ingress {
			require.Len(t, in.Ports, 1)
			if in.Ports[0].Port.StrVal == "admin" {
				require.Len(t, in.From, 1)
				assert.Equal(t, "monitoring", in.From[0].NamespaceSelector.MatchLabels["kubernetes.io/metadata.name"])
				continue
			}
			for _, from := range in.From {
				calls[of] = append(calls[of], from.PodSelector.MatchLabels["app.kubernetes.io/name"])
			}
			if len(in.From) == 0 {
				calls[of] = append(calls[of], "anybody")
			}
		}
	}
	assert.True(t, closed)
	assert.Equal(t, map[string][]string{
		"gateway": {"anybody"}, "orders": {"gateway"}, "users": {"gateway", "orders"},
	}, calls)
}
