package pdf

import "encoding/binary"

// sRGB returns a colour profile for the screen colours of IEC 61966-2-1, in version 4 of the ICC's format
// (ICC.1:2004-10): the primaries adapted to D50, and the standard's curve as a function.
func sRGB() []byte {
	xyz := func(v ...int32) []byte { return numbers("XYZ ", v...) }
	// s15Fixed16: the value times 65536.
	curve := append(numbers("para"), 0, 3, 0, 0) // function type 3: (aX+b)^g above d, cX below
	for _, v := range []int32{157286, 62119, 3417, 5072, 2651} {
		curve = binary.BigEndian.AppendUint32(curve, uint32(v))
	}
	tags := []struct {
		name string
		data []byte
	}{
		{"desc", multilingual("sRGB")},
		{"cprt", multilingual("No copyright, use freely")},
		{"wtpt", xyz(63190, 65536, 54061)},
		{"chad", numbers("sf32", 68674, 1502, -3290, 1939, 64912, -1119, -606, 988, 49263)},
		{"rXYZ", xyz(28578, 14581, 912)},
		{"gXYZ", xyz(25241, 46981, 6362)},
		{"bXYZ", xyz(9376, 3974, 46799)},
		{"rTRC", curve}, {"gTRC", curve}, {"bTRC", curve},
	}
	table := binary.BigEndian.AppendUint32(nil, uint32(len(tags)))
	var data []byte
	first, curveAt := 128+4+12*len(tags), 0
	for _, t := range tags {
		at := first + len(data)
		switch {
		case t.name == "rTRC":
			curveAt = at
			data = append(data, t.data...)
		case t.name == "gTRC" || t.name == "bTRC":
			at = curveAt // the three share one curve
		default:
			data = append(data, t.data...)
		}
		table = append(table, t.name...)
		table = binary.BigEndian.AppendUint32(table, uint32(at))
		table = binary.BigEndian.AppendUint32(table, uint32(len(t.data)))
		for len(data)%4 != 0 {
			data = append(data, 0)
		}
	}
	header := make([]byte, 128)
	binary.BigEndian.PutUint32(header, uint32(first+len(data)))
	header[8], header[9] = 4, 0x20 // version 4.2
	copy(header[12:], "mntrRGB XYZ ")
	for i, v := range []uint16{2026, 1, 1, 0, 0, 0} { // the profile's date, not the document's
		binary.BigEndian.PutUint16(header[24+2*i:], v)
	}
	copy(header[36:], "acsp")
	for i, v := range []uint32{63190, 65536, 54061} { // illuminant D50
		binary.BigEndian.PutUint32(header[68+4*i:], v)
	}
	return append(append(header, table...), data...)
}

// numbers writes a tag's type and 32-bit numbers.
func numbers(kind string, v ...int32) []byte {
	b := append([]byte(kind), 0, 0, 0, 0)
	for _, n := range v {
		b = binary.BigEndian.AppendUint32(b, uint32(n))
	}
	return b
}

// multilingual writes a text, which is in English.
func multilingual(s string) []byte {
	b := numbers("mluc", 1, 12)
	b = append(b, "enUS"...)
	b = binary.BigEndian.AppendUint32(b, uint32(2*len(s)))
	b = binary.BigEndian.AppendUint32(b, 28)
	for i := range len(s) {
		b = append(b, 0, s[i])
	}
	return b
}
