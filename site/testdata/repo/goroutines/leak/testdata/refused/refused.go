package refused

// Abandoned copies a lock.
func Abandoned(c Cache) {} // want copylocks
