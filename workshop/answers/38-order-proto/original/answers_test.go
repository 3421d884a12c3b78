package report

import (
	"crypto/sha256"
	"fmt"
	"testing"
)

// The answers are kept as hashes, so that reading the test gives none away.

func TestLine(t *testing.T) {
	switch hash("Line", Line) {
	case "13ca79f499f04adb":
	case "6829304f0d23d3c9":
		t.Errorf("Line %d changes a name. Names are not on the wire of protobuf: there are numbers, and the number is the same.", Line)
	case "459f096556ad4c47":
		t.Errorf("Line %d makes a number longer. Both types are written alike, and what last month's app sends is read as it was meant.", Line)
	case "5a9f774b6851fbcf":
		t.Errorf("Line %d has lost a field. An old app shows nothing there, and no wrong number.", Line)
	case "d59ccff26bdc84e9":
		t.Errorf("Line %d is a new field with a new number. An old app passes over it.", Line)
	default:
		t.Errorf("Line %d of order.proto is not the one with which customers see wrong numbers. Which field do they see?", Line)
	}
}

func TestBack(t *testing.T) {
	switch hash("Back", Back) {
	case "2b1a537fc0b46615":
	case "cc813acd8b32fdd0":
		t.Errorf("The till sends 4, and the server reads %d: then there would be no bug. Which two types write and read it?", Back)
	case "2541109fb163261b":
		t.Errorf("The till sends 4, and the server reads %d: that is the way from the server to the app. This is the way back.", Back)
	case "d3d7f6a3b1502f6f":
		t.Errorf("The till sends 4, and the server reads %d: it would, if it could not read the field. But both types are varints.", Back)
	default:
		t.Errorf("The till sends 4, and the server does not read %d. The app shows 6 for 3, and 3 for -2: what is done to a number?", Back)
	}
}

func TestJSON(t *testing.T) {
	switch hash("JSON", JSON) {
	case "02e23d56d7f9074c":
	case "a53a06a75537928e":
		t.Errorf("Line %d breaks those who speak protobuf. In JSON both types are written alike, in digits.", JSON)
	case "b67fddc638ca582d":
		t.Errorf("Line %d breaks nobody who is out: a client of last month sends digits, and they are read.", JSON)
	case "d3f6fc56f9863f0c":
		t.Errorf("Line %d has lost a field. Both kinds of clients get none, and no error.", JSON)
	case "c16fd18ecf76ff04":
		t.Errorf("Line %d belongs to a message that no client of last month knows.", JSON)
	default:
		t.Errorf("Line %d of order.proto is not the one that only JSON breaks with. What is in JSON that is not on the wire of protobuf?", JSON)
	}
}

func TestNumber(t *testing.T) {
	switch hash("Number", Number) {
	case "17939bc6e0f3ec76":
	case "2a77019d966198f4":
		t.Errorf("Number %d is given to a field already, which is new.", Number)
	case "66963371b38ede79", "c9fa2e1af00f4157", "7b641c0d48aa42ac", "50c2bb5f217a96ed":
		t.Errorf("Number %d belongs to a field that is there.", Number)
	default:
		t.Errorf("Number %d is not the one that a field of before.proto had, and none has now.", Number)
	}
}

func hash(name string, value any) string {
	return fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%s=%v", name, value)))[:16]
}
