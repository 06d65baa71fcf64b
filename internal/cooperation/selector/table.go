package selector

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"
)

// table is a pasted text whose first line names its columns.
type table struct {
	head []string
	text string
	sep  rune
}

// columns are the names we know for what a column holds.
var columns = map[string]string{
	"ip": "ip", "ip address": "ip", "ipv4": "ip", "ipv6": "ip", "address": "ip", "source ip": "ip", "src": "ip", "src ip": "ip", "srcip": "ip",
	"port": "port", "source port": "port", "src port": "port", "srcport": "port", "sport": "port",
	"protocol": "protocol", "proto": "protocol",
	"time": "time", "timestamp": "time", "date": "time", "datetime": "time", "date time": "time", "utc": "utc", "time utc": "utc", "time (utc)": "utc", "timestamp (utc)": "utc",
	"zone": "zone", "time zone": "zone", "timezone": "zone", "offset": "zone", "utc offset": "zone",
	"email": "email", "e-mail": "email", "mail": "email", "phone": "phone", "msisdn": "phone", "imei": "imei", "imsi": "imsi", "iccid": "iccid",
	"iban": "iban", "domain": "domain", "host": "domain", "url": "url", "hash": "hash", "sha256": "hash", "md5": "hash", "wallet": "wallet",
}

// headed reports whether the first line is a head row: at least two cells, half of them names we know.
func headed(lines []string) (table, bool) {
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	if len(lines) < 2 {
		return table{}, false
	}
	for _, sep := range [3]rune{'\t', ';', ','} {
		cells := strings.Split(lines[0], string(sep))
		known := 0
		for i, c := range cells {
			cells[i] = columns[strings.ToLower(strings.Trim(strings.ReplaceAll(c, "_", " "), " \"\ufeff"))]
			if cells[i] != "" {
				known++
			}
		}
		if len(cells) >= 2 && known*2 >= len(cells) {
			return table{cells, strings.Join(lines[1:], "\n"), sep}, true
		}
	}
	return table{}, false
}

func (t table) read(exercise, more bool) (found []Found, _ bool) {
	r := csv.NewReader(strings.NewReader(t.text))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes, r.TrimLeadingSpace = t.sep, -1, true, true
	for {
		row, err := r.Read()
		if err == io.EOF {
			return found, more
		}
		if err != nil {
			return found, true
		}
		line, _ := r.FieldPos(0)
		for _, f := range t.row(row, exercise) {
			if len(found) == MaxFound {
				return found, true
			}
			f.Line = line + 1
			found = append(found, f)
		}
	}
}

// row makes the selectors of one row; time, zone, port and protocol belong to each of them.
func (t table) row(cells []string, exercise bool) (out []Found) {
	shared := map[string]string{}
	for i, c := range cells {
		if i < len(t.head) {
			switch t.head[i] {
			case "time", "utc", "zone", "port", "protocol":
				shared[t.head[i]] = strings.TrimSpace(c)
			}
		}
	}
	when, zone := shared["time"], shared["zone"]
	if shared["utc"] != "" {
		when, zone = shared["utc"], "Z"
	}
	local, offset, _ := takeTime(when)
	if offset == "" {
		offset = zone
	}
	if local == "" && len(when) == 10 && digits(when) {
		if n, err := strconv.ParseInt(when, 10, 64); err == nil { // seconds since 1970, always UTC
			local, offset = time.Unix(n, 0).UTC().Format("2006-01-02T15:04:05"), "Z"
		}
	}
	for i, c := range cells {
		if i >= len(t.head) || strings.TrimSpace(c) == "" {
			continue
		}
		kind := t.head[i]
		switch kind {
		case "", "time", "utc", "zone", "port", "protocol":
			continue
		case "ip":
			kind = "ipv4"
			if strings.Contains(c, ":") {
				kind = "ipv6"
			}
		}
		f := Found{Raw: c, Kind: kind, Local: local, Offset: offset, Port: shared["port"], Protocol: strings.ToLower(shared["protocol"])}
		f.Result = Check(kind, c, exercise)
		f.Missing = missing(f)
		out = append(out, f)
	}
	return out
}
