package selector

import (
	"net/netip"
	"strconv"
	"strings"
)

// special are the prefixes of the IANA special-purpose address registries (RFC 6890 and its updates) and of the
// multicast registries that cannot name one subscriber. netip's own predicates aren't used: IsGlobalUnicast is true
// for carrier NAT, documentation and reserved space alike. The first prefix that holds the address decides.
var special = [...]struct {
	prefix netip.Prefix
	code   string
}{
	{netip.MustParsePrefix("0.0.0.0/8"), "ip-reserved"},
	{netip.MustParsePrefix("10.0.0.0/8"), "ip-private"},
	{netip.MustParsePrefix("100.64.0.0/10"), "ip-shared"},
	{netip.MustParsePrefix("127.0.0.0/8"), "ip-loopback"},
	{netip.MustParsePrefix("169.254.0.0/16"), "ip-link-local"},
	{netip.MustParsePrefix("172.16.0.0/12"), "ip-private"},
	{netip.MustParsePrefix("192.0.0.0/24"), "ip-reserved"},
	{netip.MustParsePrefix("192.0.2.0/24"), "ip-documentation"},
	{netip.MustParsePrefix("192.31.196.0/24"), "ip-reserved"},
	{netip.MustParsePrefix("192.52.193.0/24"), "ip-reserved"},
	{netip.MustParsePrefix("192.88.99.0/24"), "ip-tunnel"},
	{netip.MustParsePrefix("192.168.0.0/16"), "ip-private"},
	{netip.MustParsePrefix("192.175.48.0/24"), "ip-reserved"},
	{netip.MustParsePrefix("198.18.0.0/15"), "ip-reserved"},
	{netip.MustParsePrefix("198.51.100.0/24"), "ip-documentation"},
	{netip.MustParsePrefix("203.0.113.0/24"), "ip-documentation"},
	{netip.MustParsePrefix("224.0.0.0/4"), "ip-multicast"},
	{netip.MustParsePrefix("240.0.0.0/4"), "ip-reserved"},

	{netip.MustParsePrefix("::/128"), "ip-reserved"},
	{netip.MustParsePrefix("::1/128"), "ip-loopback"},
	{netip.MustParsePrefix("::ffff:0:0/96"), "ip-mapped"},
	{netip.MustParsePrefix("64:ff9b::/96"), "ip-tunnel"},
	{netip.MustParsePrefix("64:ff9b:1::/48"), "ip-tunnel"},
	{netip.MustParsePrefix("100::/64"), "ip-reserved"},
	{netip.MustParsePrefix("100:0:0:1::/64"), "ip-reserved"},
	{netip.MustParsePrefix("2001::/32"), "ip-tunnel"},
	{netip.MustParsePrefix("2001::/23"), "ip-reserved"},
	{netip.MustParsePrefix("2001:db8::/32"), "ip-documentation"},
	{netip.MustParsePrefix("2002::/16"), "ip-tunnel"},
	{netip.MustParsePrefix("3fff::/20"), "ip-documentation"},
	{netip.MustParsePrefix("5f00::/16"), "ip-reserved"},
	{netip.MustParsePrefix("fc00::/7"), "ip-private"},
	{netip.MustParsePrefix("fe80::/10"), "ip-link-local"},
	{netip.MustParsePrefix("fec0::/10"), "ip-private"},
	{netip.MustParsePrefix("ff00::/8"), "ip-multicast"},
}

func checkIPv4(v string, exercise bool) Result {
	a, err := netip.ParseAddr(v)
	if err != nil {
		return bad("ipv4-form")
	}
	if !a.Is4() {
		return bad("ipv4-not-6")
	}
	return public(a, exercise)
}

func checkIPv6(v string, exercise bool) Result {
	a, err := netip.ParseAddr(strings.Trim(v, "[]"))
	switch {
	case err != nil:
		return bad("ipv6-form")
	case a.Is4():
		return bad("ipv6-not-4")
	case a.Zone() != "":
		return bad("ip-link-local", "ip", a.WithZone("").String())
	}
	return public(a, exercise)
}

// public accepts an address that can have been one subscriber's on the Internet. The text form is RFC 5952's.
func public(a netip.Addr, exercise bool) Result {
	for i := range special {
		if !special[i].prefix.Contains(a) {
			continue
		}
		if exercise && special[i].code == "ip-documentation" {
			break
		}
		return Result{Canonical: a.String(), Code: special[i].code, Args: map[string]string{"ip": a.String()}}
	}
	return good(a.String())
}

// checkPort takes "443", "tcp/443" or "443/udp" and gives "tcp/443"; a port alone stays alone.
func checkPort(v string) Result {
	s := strings.ToLower(strings.ReplaceAll(v, " ", ""))
	proto, num, ok := strings.Cut(s, "/")
	if !ok {
		proto, num = "", s
	} else if digits(proto) {
		proto, num = num, proto
	}
	if proto != "" && proto != "tcp" && proto != "udp" && proto != "sctp" && proto != "quic" {
		return bad("port-protocol", "protocol", proto)
	}
	n, err := strconv.ParseUint(num, 10, 16)
	if err != nil || n == 0 {
		return bad("port-range")
	}
	if proto == "" {
		return good(strconv.FormatUint(n, 10))
	}
	return good(proto + "/" + strconv.FormatUint(n, 10))
}

// checkMAC takes the six octets of an EUI-48 with colons, hyphens, Cisco's dots or nothing between them.
func checkMAC(v string) Result {
	s := strings.ToLower(strings.NewReplacer(":", "", "-", "", ".", "", " ", "").Replace(v))
	if len(s) != 12 || !hexadecimal(s) {
		return bad("mac-form")
	}
	out := s[0:2] + ":" + s[2:4] + ":" + s[4:6] + ":" + s[6:8] + ":" + s[8:10] + ":" + s[10:12]
	// The second bit of the first octet marks an address that software chose: phones change it per network.
	if b, err := strconv.ParseUint(s[:2], 16, 8); err == nil && b&2 != 0 {
		return note(out, "mac-random")
	}
	return good(out)
}
