package recent

import (
	"fmt"
	"slices"
	"testing"
)

// filled returns a cache with these keys, the last of which was used last.
func filled(limit int, keys ...string) *Cache[string, int] {
	c := NewCache[string, int](limit)
	for i, key := range keys {
		c.Put(key, i+1)
	}
	return c
}

func keysOf(c *Cache[string, int]) (keys []string) {
	for key := range c.All() {
		if keys = append(keys, key); len(keys) > 100 {
			return append(keys[:9], "and so on, for ever")
		}
	}
	return keys
}

func want(t *testing.T, c *Cache[string, int], what string, keys ...string) {
	t.Helper()
	if got := keysOf(c); !slices.Equal(got, keys) || c.Len() != len(keys) {
		t.Errorf("%s: the cache has %v, used last first, and Len says %d. It should have %v.", what, got, c.Len(), keys)
	}
}

func TestPut_keepsWhatWasUsedLast(t *testing.T) {
	c := filled(3, "tea", "milk", "salt")
	want(t, c, "tea, milk and salt were put into a cache of 3", "salt", "milk", "tea")
	c.Put("rice", 4)
	want(t, c, "Then came rice", "rice", "salt", "milk")
	if v, ok := c.Get("tea"); ok {
		t.Errorf("tea had to go, and Get still returns %d.", v)
	}
	if v, ok := c.Get("milk"); !ok || v != 2 {
		t.Errorf("milk is 2, and Get returns %d, %t.", v, ok)
	}
	want(t, c, "milk was looked at", "milk", "rice", "salt")
	c.Put("oil", 5)
	want(t, c, "milk was looked at, and then came oil", "oil", "milk", "rice")
}

func TestPut_changesWhatIsThere(t *testing.T) {
	c := filled(3, "tea", "milk", "salt")
	c.Put("tea", 10)
	want(t, c, "tea got a new price", "tea", "salt", "milk")
	if v, ok := c.Get("tea"); !ok || v != 10 {
		t.Errorf("tea is 10 now, and Get returns %d, %t.", v, ok)
	}
	c.Put("rice", 4)
	want(t, c, "tea got a new price, and then came rice", "rice", "tea", "salt")
}

func TestRemove(t *testing.T) {
	c := filled(3, "tea", "milk", "salt")
	c.Remove("milk")
	c.Remove("rice")
	want(t, c, "milk was removed", "salt", "tea")
	c.Put("rice", 4)
	want(t, c, "milk was removed, and there is room for rice", "rice", "salt", "tea")
}

func TestAll_mayBeLeft(t *testing.T) {
	c := filled(5, "tea", "milk", "salt", "rice", "oil")
	for n := range 5 {
		seen := 0
		for range c.All() { // another yield after the end would panic here
			if seen++; seen > n {
				break
			}
		}
	}
	want(t, c, "Loops were left", "oil", "rice", "salt", "milk", "tea")
}

func TestAll_isNoUse(t *testing.T) {
	c := filled(3, "tea", "milk", "salt")
	for range c.All() {
	}
	c.Put("rice", 4)
	want(t, c, "Somebody looked at all, and then came rice: tea was used first", "rice", "salt", "milk")
}

func TestAll_beginsWhenTheLoopDoes(t *testing.T) {
	c := filled(3, "tea", "milk")
	all := c.All()
	c.Put("salt", 3)
	for round := 1; round <= 2; round++ {
		n := 0
		for range all {
			n++
		}
		if n != 3 {
			t.Errorf("There are 3 entries. Loop number %d over the same All saw %d.", round, n)
		}
	}
}

// loop ranges over five entries, oil first, and does something at one.
func loop(t *testing.T, what, at string, do func(c *Cache[string, int]), wants ...string) {
	t.Helper()
	c := filled(5, "tea", "milk", "salt", "rice", "oil")
	var seen []string
	for key, value := range c.All() {
		seen = append(seen, fmt.Sprint(key, " ", value))
		if key == at {
			do(c)
		}
		if len(seen) > 20 {
			t.Fatalf("%s in the loop, and the loop does not end: %v ...", what, seen[:9])
		}
	}
	if !slices.Equal(seen, wants) {
		t.Errorf("%s in the loop, at %s. The loop saw %v, and not %v.", what, at, seen, wants)
	}
}

func TestAll_goesOnWhenTheBodyChangesTheCache(t *testing.T) {
	loop(t, "rice was removed", "rice", func(c *Cache[string, int]) { c.Remove("rice") },
		"oil 5", "rice 4", "salt 3", "milk 2", "tea 1")
	loop(t, "salt, the next one, was removed", "rice", func(c *Cache[string, int]) { c.Remove("salt") },
		"oil 5", "rice 4", "milk 2", "tea 1")
	loop(t, "all were removed", "rice", func(c *Cache[string, int]) {
		for _, key := range keysOf(c) {
			c.Remove(key)
		}
	}, "oil 5", "rice 4")
	loop(t, "rice was used", "rice", func(c *Cache[string, int]) { c.Get("rice") },
		"oil 5", "rice 4", "salt 3", "milk 2", "tea 1")
	loop(t, "tea, the last one, was used", "rice", func(c *Cache[string, int]) { c.Get("tea") },
		"oil 5", "rice 4", "salt 3", "milk 2", "tea 1")
	loop(t, "milk was set to 20", "rice", func(c *Cache[string, int]) { c.Put("milk", 20) },
		"oil 5", "rice 4", "salt 3", "milk 20", "tea 1")
	loop(t, "figs came, and tea had to go", "rice", func(c *Cache[string, int]) { c.Put("figs", 6) },
		"oil 5", "rice 4", "salt 3", "milk 2")
	loop(t, "milk was removed, and came back", "rice", func(c *Cache[string, int]) { c.Remove("milk"); c.Put("milk", 20) },
		"oil 5", "rice 4", "salt 3", "tea 1")
}

func TestAll_letsALoopRemoveEveryOther(t *testing.T) {
	c := NewCache[int, string](100)
	for i := range 100 {
		c.Put(i, "price")
	}
	for key := range c.All() {
		if key%2 == 0 {
			c.Remove(key)
		}
	}
	if c.Len() != 50 {
		t.Errorf("Of 100 prices 50 have expired. A loop removes those, and %d are left.", c.Len())
	}
}

func TestCache_isForEveryType(t *testing.T) {
	type size struct{ width, height int }
	pictures := NewCache[size, []byte](1)
	pictures.Put(size{1, 2}, []byte("a"))
	pictures.Put(size{1, 2}, nil) // a value like any other
	if picture, ok := pictures.Get(size{1, 2}); !ok || picture != nil {
		t.Errorf("A picture of no bytes was put, and Get returns %q, %t.", picture, ok)
	}
	pictures.Put(size{2, 2}, []byte("b"))
	if _, ok := pictures.Get(size{1, 2}); ok || pictures.Len() != 1 {
		t.Errorf("In a cache of one entry there are %d.", pictures.Len())
	}
}
