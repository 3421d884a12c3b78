// Package deploy checks the manifests of grpc/shop/deploy, and the files of
// Compose beside them: against the types of Kubernetes and of Compose, strictly,
// and for what they promise. It is a module apart, for those types are large and
// no part needs them.
package deploy
