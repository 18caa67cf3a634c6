// The YAML readers of kubectl, the API server and Argo CD, for the tests in test/yaml-readers.
// The versions are those of test/control-plane/go/1.36 and test/argo-cd/go: `go get` theirs after an update, then `go mod tidy`.
module tenantry/yaml-readers

go 1.26.0

require (
	go.yaml.in/yaml/v2 v2.4.3
	go.yaml.in/yaml/v3 v3.0.4
	gopkg.in/yaml.v2 v2.4.0
	gopkg.in/yaml.v3 v3.0.1
	sigs.k8s.io/yaml v1.6.0
)
