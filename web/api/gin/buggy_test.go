package gin

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/assert"

	"example.com/goguide/detect"
)

// welcome asks for 20 mails, one after the other, and waits for them.
func welcome(h func(*sync.WaitGroup, func(string)) gin.HandlerFunc) map[string]int {
	var mails sync.WaitGroup
	var mu sync.Mutex
	sent := make(map[string]int)
	r := gin.New()
	r.POST("/", h(&mails, func(to string) {
		mu.Lock()
		defer mu.Unlock()
		sent[to]++
	}))
	for i := range 20 {
		req := httptest.NewRequest(http.MethodPost, "/?to="+strconv.Itoa(i), nil)
		r.ServeHTTP(httptest.NewRecorder(), req)
	}
	mails.Wait()
	return sent
}

func TestWelcomeLater(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { welcome(WelcomeLater) })
}

func TestWelcome_writesToEach(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		sent := welcome(Welcome)
		assert.Len(t, sent, 20)
	})
}

// The near-miss: a copy may be used for as long as one likes.
func TestWelcomeLater_withACopy(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		sent := welcome(func(mails *sync.WaitGroup, send func(string)) gin.HandlerFunc {
			return func(c *gin.Context) {
				c = c.Copy()
				mails.Go(func() { send(c.Query("to")) })
			}
		})
		assert.Len(t, sent, 20)
	})
}

// banned asks from an address, with a header that names another.
func banned(h http.Handler) int {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.RemoteAddr = "192.0.2.7:1234"
	r.Header.Set("X-Forwarded-For", "198.51.100.1")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

func TestBannedByName(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		assert.Equal(t, http.StatusOK, banned(BannedByName("192.0.2.7")), "the banned client is in")
	})
}

func TestBanned_asksTheConnection(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.Equal(t, http.StatusForbidden, banned(Banned("192.0.2.7")))
		assert.Equal(t, http.StatusOK, banned(Banned("198.51.100.1")))
	})
}

// transfer asks as a guest, and returns the status and how often it was done.
func transfer(h func(func()) http.Handler) (status, done int) {
	w := httptest.NewRecorder()
	h(func() { done++ }).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", nil))
	return w.Code, done
}

func TestTransferOnly(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		status, done := transfer(TransferOnly)
		assert.Equal(t, http.StatusForbidden, status)
		assert.Equal(t, 1, done, "and it is done all the same")
	})
}

func TestTransfer_isNotReached(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		status, done := transfer(Transfer)
		assert.Equal(t, http.StatusForbidden, status)
		assert.Zero(t, done)
	})
}
