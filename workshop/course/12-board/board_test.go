package board

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
)

// set sets a price in a bubble, and wants Set to return without anybody's help.
func set(t *testing.T, b *Board, cents int) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		b.Set(cents)
		close(done)
	}()
	synctest.Wait()
	select {
	case <-done:
	default:
		t.Fatalf("One listener takes nothing, and the price of %d is told to nobody: Set waits.", cents)
	}
}

// A page takes prices until its channel is closed.
type page struct {
	seen   []int
	closed bool
	leave  func()
}

func open(b *Board) *page {
	p := &page{}
	prices, leave := b.Listen()
	p.leave = leave
	go func() {
		for cents := range prices {
			p.seen = append(p.seen, cents)
		}
		p.closed = true
	}()
	return p
}

// take takes a price that must be there.
func take(t *testing.T, prices <-chan int, want int) {
	t.Helper()
	synctest.Wait()
	select {
	case got, ok := <-prices:
		if !ok || got != want {
			t.Errorf("The price is %d, and a listener is told %d (the channel is open: %t).\n"+
				"People bid on an old price.", want, got, ok)
		}
	default:
		t.Errorf("The price is %d, and a listener is told nothing.", want)
	}
}

func TestLeave_endsTheLoopOfAPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBoard()
		gone, stays := open(b), open(b)
		set(t, b, 1)
		gone.leave()
		synctest.Wait()
		if !gone.closed {
			t.Fatal("A page was closed, and still listens: its goroutine is left.")
		}
		set(t, b, 2)
		if slices.Contains(gone.seen, 2) || !slices.Equal(stays.seen, []int{1, 2}) {
			t.Errorf("After 1 a page was closed, and then came 2. It saw %v, and the other one %v.", gone.seen, stays.seen)
		}
		gone.leave() // as a defer does after all
		stays.leave()
	})
}

func TestSet_keepsTheNewestForWhoIsSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBoard()
		slow, leave := b.Listen()
		for cents := 1; cents <= 9; cents++ {
			set(t, b, cents)
		}
		take(t, slow, 9)
		select {
		case cents := <-slow:
			t.Errorf("The price is 9, which is known already. Then a listener was told %d.", cents)
		default:
		}
		set(t, b, 10)
		take(t, slow, 10)
		leave()
	})
}

func TestSet_waitsForNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBoard()
		_, train := b.Listen() // takes nothing
		awake := open(b)
		for cents := 1; cents <= 5; cents++ {
			set(t, b, cents)
		}
		if want := []int{1, 2, 3, 4, 5}; !slices.Equal(awake.seen, want) {
			t.Errorf("The prices were %v, and one who takes each at once saw %v.", want, awake.seen)
		}
		awake.leave()
		train()
	})
}

func TestListen_beginsWithWhatIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBoard()
		early, leave1 := b.Listen()
		select {
		case cents := <-early:
			t.Errorf("There is no price yet, and a listener was told %d.", cents)
		default:
		}
		set(t, b, 5)
		set(t, b, 6)
		late, leave2 := b.Listen()
		take(t, late, 6)
		set(t, b, 0) // a price like any other
		take(t, late, 0)
		last, leave3 := b.Listen()
		take(t, last, 0)
		leave1()
		leave2()
		leave3()
	})
}

func TestLeave_ofOneThatTookNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBoard()
		asleep, leave := b.Listen()
		set(t, b, 1)
		set(t, b, 2)
		leave()
		for range asleep { // what is left, and then the end
		}
		set(t, b, 3)
	})
}

// Not in a bubble: pages are closed while a price is told to them.
func TestLeave_atAnyMoment(t *testing.T) {
	if !t.Run("while prices are set", func(t *testing.T) {
		for range 8 { // what is left to chance shows in one of them
			comeAndGo(t)
		}
	}) {
		t.Error("Pages are closed while prices are set, and nothing but luck keeps a send from a closed channel.")
	}
}

func comeAndGo(t *testing.T) {
	const n = 10_000 // so a price takes a while to be told
	b := NewBoard()
	leaves := make([]func(), n)
	for i := range leaves {
		_, leaves[i] = b.Listen()
	}
	begun := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		defer func() {
			if v := recover(); v != nil {
				t.Errorf("The server dies: %v.", v)
			}
		}()
		close(begun)
		for cents := range 3 {
			b.Set(cents)
		}
	})
	for range 2 { // a page and its server, which both close it
		all.Go(func() {
			<-begun
			for _, leave := range leaves {
				leave()
			}
		})
	}
	all.Wait()
}
