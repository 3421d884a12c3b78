// Package browser tries the page of users in a browser. It is a package of its
// own so that the tests of users need none, nor what drives it.
package browser
