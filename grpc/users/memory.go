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
	made  []*userv1.User // in order
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
	m.made = append(m.made, u)
	m.byID[u.GetId()], m.names[key] = u, struct{}{}
	return proto.CloneOf(u), nil
}

// Page implements [Store].
func (m *Memory) Page(
	_ context.Context,
	behind int64,
	size int,
) ([]*userv1.User, int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	begin := min(behind, int64(len(m.made)))
	end := min(begin+int64(size), int64(len(m.made)))
	page := make([]*userv1.User, 0, end-begin)
	for _, u := range m.made[begin:end] {
		page = append(page, proto.CloneOf(u))
	}
	return page, end, nil
}
