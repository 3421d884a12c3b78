package users

import (
	"context"
	"crypto/rand"
	"strings"
	"sync"

	"google.golang.org/protobuf/proto"

	userv1 "example.com/goguide/grpc/proto/user/v1"
)

// Memory is a [Store] that lives as long as its process. Its zero value is ready
// to use.
type Memory struct {
	mu    sync.Mutex
	byID  map[string]*userv1.User
	names map[string]struct{}
}

// Get implements [Store]. It returns a copy: a server encodes what it returns,
// later and without the lock.
func (m *Memory) Get(_ context.Context, id string) (*userv1.User, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	u, ok := m.byID[id]
	if !ok {
		return nil, ErrNotFound
	}
	return proto.CloneOf(u), nil
}

// Create implements [Store]. A name has one user, in whatever case.
func (m *Memory) Create(
	_ context.Context,
	name string,
	age int32,
) (*userv1.User, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := strings.ToLower(name)
	if _, ok := m.names[key]; ok {
		return nil, ErrTaken
	}
	if m.byID == nil {
		m.byID = make(map[string]*userv1.User)
		m.names = make(map[string]struct{})
	}
	u := &userv1.User{Id: strings.ToLower(rand.Text()), Name: name, Age: age}
	m.byID[u.GetId()], m.names[key] = u, struct{}{}
	return proto.CloneOf(u), nil
}
