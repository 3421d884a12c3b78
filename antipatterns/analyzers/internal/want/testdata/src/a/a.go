package a

func Good() {}

func Bad() {} // want "Bad is no name"
