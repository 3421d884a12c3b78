// Package program holds claims that are true, and near misses.
package program

import (
	"fmt"
	"sync"
)

// Copied copies its lock.
func Copied(mu sync.Mutex) { // want copylocks
	mu.Lock()
	fmt.Printf("%d\n", "seven") // want printf
}

// Shared does not.
func Shared(mu *sync.Mutex) { mu.Lock() }
