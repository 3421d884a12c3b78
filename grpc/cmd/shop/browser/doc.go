// Package browser tries the status page of shop in a browser. It is a package of
// its own so that the tests of shop need none, nor what drives it.
package browser
