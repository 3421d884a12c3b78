package digest

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// In a bubble of testing/synctest the clock moves on only when every goroutine
// waits. So a mail may take hours here, and a wait that is too short or too
// long is seen to the nanosecond.
func TestSendAll_returnsWithTheLastMail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		takes := map[string]time.Duration{}
		var slowest time.Duration
		for i := range 20 {
			d := time.Duration(rand.Int64N(int64(1000 * time.Hour)))
			takes[fmt.Sprintf("customer%d@example.com", i)] = d
			slowest = max(slowest, d)
		}
		start := time.Now()
		sent := sendAll(takes)
		took := time.Since(start)
		if sent < len(takes) {
			time.Sleep(slowest) // a bubble ends with its last goroutine
			t.Fatalf("SendAll returned while mails were on their way: %d of %d sent.", sent, len(takes))
		}
		if took != slowest {
			t.Fatalf("SendAll took %v.\nThe slowest mail takes %v, and all go out at once.",
				took.Round(time.Millisecond), slowest.Round(time.Millisecond))
		}
	})
}

// With one processor, a goroutine that was just started runs only when the one
// that started it waits. What depends on the new one being first fails here.
func TestSendAll_waitsForMailsThatHaveNotBegun(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for range 100 {
		synctest.Test(t, func(t *testing.T) {
			if sent := sendAll(map[string]time.Duration{"customer@example.com": 0}); sent < 1 {
				t.Fatal("SendAll returned while a mail was on its way: its goroutine had not begun.\n" +
					"A new goroutine need not run before the line after its go statement.")
			}
		})
		if t.Failed() {
			return // once is enough
		}
	}
}

func TestSendAll_sendsToEveryCustomerOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		got := map[string]int{}
		SendAll([]string{"a", "b", "c"}, func(address string) {
			mu.Lock()
			defer mu.Unlock()
			got[address]++
		})
		synctest.Wait()
		for _, address := range []string{"a", "b", "c"} {
			if got[address] != 1 {
				t.Errorf("Customer %s got %d mails, not 1.", address, got[address])
			}
		}
	})
}

func TestSendAll_returnsWithoutCustomers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		SendAll(nil, func(string) { t.Error("There is nobody to send to.") })
	})
}

// sendAll returns how many mails were out when SendAll returned.
func sendAll(takes map[string]time.Duration) int {
	var mu sync.Mutex
	sent := 0
	var addresses []string
	for address := range takes {
		addresses = append(addresses, address)
	}
	SendAll(addresses, func(address string) {
		time.Sleep(takes[address])
		mu.Lock()
		defer mu.Unlock()
		sent++
	})
	mu.Lock()
	defer mu.Unlock()
	return sent
}
