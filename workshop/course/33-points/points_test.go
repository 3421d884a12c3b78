package points

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

var errDown = errors.New("the store is down")

// A store takes 10ms for each call. Just before something is saved another
// server may come in between: its change is made then, one by one.
type store struct {
	customer Customer
	others   []func(*Customer)
	always   func(*Customer) // when there are no others left
	onLoad   error
	onSave   error
	loads    int
	saves    int
}

// enough ends what would never end.
const enough = 1000

func (s *store) Load(context.Context, int) (Customer, error) {
	time.Sleep(10 * time.Millisecond)
	if s.loads++; s.onLoad != nil && s.loads < enough {
		return Customer{}, s.onLoad
	}
	return s.customer, nil
}

func (s *store) Save(_ context.Context, c Customer) error { return s.save(c, false) }

func (s *store) SaveIf(_ context.Context, c Customer) error { return s.save(c, true) }

func (s *store) save(c Customer, checked bool) error {
	time.Sleep(10 * time.Millisecond)
	if s.saves++; s.onSave != nil && s.saves < enough {
		return s.onSave
	}
	change := s.always
	if len(s.others) > 0 {
		change, s.others = s.others[0], s.others[1:]
	}
	if change != nil && s.saves < enough {
		change(&s.customer)
		s.customer.Version++
	}
	if now := s.customer.Version; checked && c.Version != now {
		return fmt.Errorf("version %d, not %d: %w", now, c.Version, ErrConflict)
	}
	c.Version = s.customer.Version + 1
	s.customer = c
	return nil
}

func pay(n int) func(*Customer)      { return func(c *Customer) { c.Points += n } }
func move(to string) func(*Customer) { return func(c *Customer) { c.Address = to } }

// run runs f in a bubble, with a ctx of a minute.
func run(t *testing.T, others []func(*Customer), f func(ctx context.Context, t *testing.T, s *store)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		f(ctx, t, &store{
			customer: Customer{ID: 7, Version: 3, Points: 100, Address: "1 Old Street"},
			others:   others,
		})
	})
}

func (s *store) want(t *testing.T, points int, address, what string) {
	t.Helper()
	if c := s.customer; c.Points != points || c.Address != address {
		t.Errorf("%s. The customer has %d points and lives at %q, not %d and %q.", what, c.Points, c.Address, points, address)
	}
}

func TestAddPoints_besideAnotherServer(t *testing.T) {
	for name, c := range map[string]struct {
		others  []func(*Customer)
		points  int
		address string
	}{
		"Nobody came in between":                        {nil, 130, "1 Old Street"},
		"Another server gave 5 points at the same time": {[]func(*Customer){pay(5)}, 135, "1 Old Street"},
		"The customer moved at the same time":           {[]func(*Customer){move("2 New Street")}, 130, "2 New Street"},
		"Others came in between ten times": {
			[]func(*Customer){pay(1), pay(1), pay(1), pay(1), move("2 New Street"), pay(1), pay(1), pay(1), pay(1), pay(1)},
			139, "2 New Street",
		},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, c.others, func(ctx context.Context, t *testing.T, s *store) {
				if err := AddPoints(ctx, s, 7, 30); err != nil {
					t.Errorf("%s, and the customer did not get the 30 points: %v.", name, err)
				}
				s.want(t, c.points, c.address, name)
			})
		})
	}
}

func TestAddPoints_takesNoMoreThanThereAre(t *testing.T) {
	run(t, []func(*Customer){pay(-60)}, func(ctx context.Context, t *testing.T, s *store) {
		if err := AddPoints(ctx, s, 7, -80); !errors.Is(err, ErrPoints) {
			t.Errorf("Of 100 points 60 were spent, and 80 more at the same time. The error of that was %q, not %q.", fmt.Sprint(err), ErrPoints)
		}
		s.want(t, 40, "1 Old Street", "Of 100 points 60 were spent, and 80 more at the same time")
	})
}

func TestAddPoints_endsWithItsCtx(t *testing.T) {
	run(t, nil, func(ctx context.Context, t *testing.T, s *store) {
		s.always = pay(1)
		start := time.Now()
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		err := AddPoints(ctx, s, 7, 30)
		if took := time.Since(start); took > 1100*time.Millisecond {
			t.Errorf("Somebody always came in between. The ctx ended after 1s, and AddPoints after %v.", took)
		}
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, ErrConflict) {
			t.Errorf("Somebody always came in between. errors.Is must find ctx's error and %v in %v.", ErrConflict, err)
		}
	})
}

func TestAddPoints_returnsOtherErrors(t *testing.T) {
	for name, c := range map[string]struct{ onLoad, onSave error }{
		"When loading": {errDown, nil},
		"When saving":  {nil, errDown},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, nil, func(ctx context.Context, t *testing.T, s *store) {
				s.onLoad, s.onSave = c.onLoad, c.onSave
				if err := AddPoints(ctx, s, 7, 30); !errors.Is(err, errDown) {
					t.Errorf("%s the store was down. AddPoints returned %v.", name, err)
				}
				if s.loads != 1 {
					t.Errorf("%s the store was down. It was asked %d times, as if that were a conflict.", name, s.loads)
				}
			})
		})
	}
}

func TestChangeAddress(t *testing.T) {
	const seen, to = "1 Old Street", "3 Other Street"
	for name, c := range map[string]struct {
		others  []func(*Customer)
		err     error
		points  int
		address string
	}{
		"Nobody came in between":                    {nil, nil, 100, to},
		"Points were added at the same time":        {[]func(*Customer){pay(5), pay(5)}, nil, 110, to},
		"Her husband changed it at the same time":   {[]func(*Customer){move("2 New Street")}, ErrConflict, 100, "2 New Street"},
		"Her husband changed it, after points came": {[]func(*Customer){pay(5), move("2 New Street")}, ErrConflict, 105, "2 New Street"},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, c.others, func(ctx context.Context, t *testing.T, s *store) {
				if err := ChangeAddress(ctx, s, 7, seen, to); !errors.Is(err, c.err) {
					t.Errorf("A customer changed her address. %s. She got the error %q, not %q.", name, fmt.Sprint(err), fmt.Sprint(c.err))
				}
				s.want(t, c.points, c.address, "A customer changed her address. "+name)
			})
		})
	}
}

func TestChangeAddress_anOldForm(t *testing.T) {
	run(t, nil, func(ctx context.Context, t *testing.T, s *store) {
		if err := ChangeAddress(ctx, s, 7, "0 Older Street", "3 Other Street"); !errors.Is(err, ErrConflict) {
			t.Errorf("A form showed an address that is no longer there. Its error was %q, not %q.", fmt.Sprint(err), ErrConflict)
		}
		s.want(t, 100, "1 Old Street", "A form showed an address that is no longer there")
	})
}
