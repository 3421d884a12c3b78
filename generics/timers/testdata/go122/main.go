// Command go122 is a program of a module that still says go 1.22.
package main

func main() {}
