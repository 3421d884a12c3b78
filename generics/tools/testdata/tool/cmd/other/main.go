// Command other is a tool without a line in go.mod.
package main

func main() {}
