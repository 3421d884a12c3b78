package once

import (
	"context"
	"sync"
	"testing"

	"example.com/goguide/syncx/internal/contest"
)

// BenchmarkMade asks for a value that has been made.
func BenchmarkMade(b *testing.B) {
	const times = 64 // or a turn ends before the other goroutines have a core
	repeat := func(get func() int) func(int) {
		return func(int) {
			for range times {
				_ = get()
			}
		}
	}
	contest.Run(b, func() []contest.Way {
		var (
			mu   sync.Mutex
			once sync.Once
			made int
		)
		locked := func() int {
			mu.Lock()
			defer mu.Unlock()
			if made == 0 {
				made = 1
			}
			return made
		}
		byDo := func() int {
			once.Do(func() { made = 1 })
			return made
		}
		lazy := NewLazy(func(context.Context) (int, error) { return 1, nil })
		byLazy := func() int {
			v, _ := lazy.Get(b.Context())
			return v
		}
		byDo()
		byLazy()
		return []contest.Way{
			{Name: "mutex", Do: repeat(locked)},
			{Name: "once", Do: repeat(byDo)},
			{Name: "oncevalue", Do: repeat(sync.OnceValue(func() int { return 1 }))},
			{Name: "lazy", Do: repeat(byLazy)},
		}
	})
}
