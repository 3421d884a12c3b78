// Package collections holds a set, an ordered map, a heap, an LRU cache and a
// map for several goroutines, in the manner of slices and maps, and shows three
// ways to misuse such a type. It belongs to part 7 of the guide, whose rule is
// that type parameters are for containers.
//
// The type parameters promise more than they hold. comparable lets any in
// (since Go 1.20), and == of two slices inside an any panics. A Get that moves
// its entry to the front is a write. And a range over a function runs the body
// inside that function, with the locks that it holds:
//
//	for k := range m.All()         All
//	                               m.mu.Lock()
//	                               yield(k)
//	m.Delete(k)
//	m.mu.Lock()   // for ever
//
// # What to write
//
//   - [Set], [OrderedMap], [Heap] and [LRU] have no lock: their owner has one,
//     and takes it for writing where an LRU's Get is called. [ConcurrentMap]
//     has one, and yields from a copy made under it.
//   - Zero values that work, All as an iter.Seq or iter.Seq2, a comparison in
//     the form of cmp.Compare. Each file stands alone but for lru.go, which
//     builds on the list in ordered.go. Copy the one that is wanted.
//   - Element types that are strictly comparable: strings, numbers, structs of
//     these. Not any, and not a float that may be NaN: a NaN is found in no map
//     and deleted from none.
//
// Where a plain map does, a plain map is better. The same holds for sync.Map.
//
// # What finds it
//
// Each bug needs a certain use. The panic needs a value that is not comparable
// ([Distinct]), the race two calls at once ([PageCache.Get]). The goroutine that
// waits for its own lock is seen by what looks for waits, if the wait is reached
// ([Sessions.All]); synctest is blind to mutexes.
package collections
