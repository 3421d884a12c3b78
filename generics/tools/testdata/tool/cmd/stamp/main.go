// Command stamp stamps its arguments. A module that needs a tool of another
// module names it in the same way.
package main

import (
	"fmt"
	"os"
	"strings"
)

func main() { fmt.Println("stamped", strings.Join(os.Args[1:], " ")) }
