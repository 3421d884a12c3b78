// Package deploy checks the manifests of grpc/shop/deploy: against the types of
// Kubernetes itself, strictly, and for what they promise. It is a module apart,
// for those types are large and no part needs them.
package deploy
