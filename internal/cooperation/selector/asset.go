package selector

import (
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"strings"

	"golang.org/x/crypto/sha3"
)

// checkHash takes "sha256:…" or bare digits; the algorithm follows from the length when it isn't said.
func checkHash(v string) Result {
	alg, sum, said := strings.Cut(strings.ToLower(v), ":")
	if !said {
		alg, sum = "", alg
	}
	alg = strings.ReplaceAll(alg, "-", "")
	sum = strings.ReplaceAll(sum, " ", "")
	if !hexadecimal(sum) {
		return bad("hash-form")
	}
	want := map[string]string{"md5": "32", "sha1": "40", "sha256": "64", "sha384": "96", "sha512": "128"}
	byLength := map[int]string{32: "md5", 40: "sha1", 64: "sha256", 96: "sha384", 128: "sha512"}
	got, ok := byLength[len(sum)]
	switch {
	case said && want[alg] == "":
		return bad("hash-algorithm", "algorithm", alg)
	case said && got != alg:
		return bad("hash-length", "algorithm", alg, "digits", want[alg])
	case !ok:
		return bad("hash-form")
	case got == "md5" || got == "sha1":
		return note(got+":"+sum, "hash-weak", "algorithm", got)
	}
	return good(got + ":" + sum)
}

// checkTx takes "chain:hash" with 64 hexadecimal digits; the chain must be said, because hashes look alike.
func checkTx(v string) Result {
	chain, sum, ok := strings.Cut(strings.ToLower(v), ":")
	if !ok {
		return bad("tx-chain")
	}
	sum = strings.TrimPrefix(strings.TrimSpace(sum), "0x")
	if len(sum) != 64 || !hexadecimal(sum) {
		return bad("tx-form")
	}
	return good(strings.TrimSpace(chain) + ":" + sum)
}

// checkWallet takes an address of a chain, with or without "chain:" before it, and gives "chain:address". Bitcoin's
// Base58Check, Bech32 (BIP 173) and Bech32m (BIP 350), and Ethereum's EIP-55 carry checks; other chains are taken as
// they are, with a remark.
func checkWallet(v string) Result {
	chain, addr, said := strings.Cut(v, ":")
	if !said {
		chain, addr = "", v
	}
	chain, addr = strings.ToLower(strings.TrimSpace(chain)), strings.TrimSpace(addr)
	if strings.Contains(addr, " ") || addr == "" {
		return bad("wallet-form")
	}
	lower := strings.ToLower(addr)
	switch {
	case strings.HasPrefix(lower, "0x"):
		return evm(chain, addr)
	case strings.HasPrefix(lower, "bc1"), strings.HasPrefix(lower, "tb1"), strings.HasPrefix(lower, "ltc1"):
		return bech32(chain, addr)
	case chain == "" || chain == "bitcoin" || chain == "litecoin" || chain == "dogecoin" || chain == "tron":
		return base58(chain, addr)
	}
	return note(chain+":"+addr, "wallet-unchecked", "chain", chain)
}

// evm checks EIP-55: the case of each letter follows a bit of the Keccak-256 of the lower-case digits. All lower or
// all upper case carries no check.
func evm(chain, addr string) Result {
	h := addr[2:]
	if len(h) != 40 || !hexadecimal(h) {
		return bad("wallet-form")
	}
	if chain == "" {
		chain = "ethereum"
	}
	lower := strings.ToLower(h)
	if h == lower || h == strings.ToUpper(h) {
		return note(chain+":0x"+lower, "wallet-no-check")
	}
	k := sha3.NewLegacyKeccak256()
	k.Write([]byte(lower))
	sum := hex.EncodeToString(k.Sum(nil))
	for i := range h {
		up := h[i] >= 'A' && h[i] <= 'F'
		if letter := h[i] > '9'; letter && up != (sum[i] >= '8') {
			return bad("wallet-check")
		}
	}
	return good(chain + ":0x" + h)
}

const base58Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// base58 checks Base58Check: a version byte, 20 bytes, and the first four bytes of their double SHA-256.
func base58(chain, addr string) Result {
	if len(addr) < 25 || len(addr) > 36 {
		return bad("wallet-form")
	}
	n := new(big.Int)
	for i := range len(addr) {
		d := strings.IndexByte(base58Alphabet, addr[i])
		if d < 0 {
			return bad("wallet-form")
		}
		n.Mul(n, big.NewInt(58)).Add(n, big.NewInt(int64(d)))
	}
	raw := make([]byte, 25)
	if n.BitLen() > 200 {
		return bad("wallet-check")
	}
	n.FillBytes(raw)
	one := sha256.Sum256(raw[:21])
	two := sha256.Sum256(one[:])
	if string(two[:4]) != string(raw[21:]) {
		return bad("wallet-check")
	}
	byVersion := map[byte]string{0x00: "bitcoin", 0x05: "bitcoin", 0x30: "litecoin", 0x32: "litecoin", 0x1e: "dogecoin",
		0x16: "dogecoin", 0x41: "tron", 0x6f: "bitcoin-test", 0xc4: "bitcoin-test"}
	got := byVersion[raw[0]]
	switch {
	case chain == "" && got == "":
		return bad("wallet-chain")
	case chain == "":
		chain = got
	case got != "" && got != chain && !(chain == "litecoin" && raw[0] == 0x05):
		return bad("wallet-other-chain", "chain", got)
	}
	return good(chain + ":" + addr)
}

const bech32Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

// bech32 checks a segregated-witness address. Mixed case is told apart from a wrong digit: it is what a careless paste
// makes of a right address.
func bech32(chain, addr string) Result {
	lower := strings.ToLower(addr)
	if addr != lower && addr != strings.ToUpper(addr) {
		return bad("wallet-mixed-case")
	}
	sep := strings.LastIndexByte(lower, '1')
	hrp, data := lower[:sep], lower[sep+1:]
	if len(lower) > 90 || len(data) < 8 {
		return bad("wallet-form")
	}
	sum := polymod(1, hrp)
	for i := range len(data) {
		d := strings.IndexByte(bech32Alphabet, data[i])
		if d < 0 {
			return bad("wallet-form")
		}
		sum = polymodStep(sum) ^ uint32(d)
	}
	// Witness version 0 ends in Bech32's constant, all later versions in Bech32m's (BIP 350).
	want := uint32(0x2bc830a3)
	if data[0] == bech32Alphabet[0] {
		want = 1
	}
	if sum != want {
		return bad("wallet-check")
	}
	got := map[string]string{"bc": "bitcoin", "tb": "bitcoin-test", "ltc": "litecoin"}[hrp]
	if chain != "" && chain != got {
		return bad("wallet-other-chain", "chain", got)
	}
	return good(got + ":" + lower)
}

// polymod starts BIP 173's sum with the human-readable part: high bits, a zero, low bits.
func polymod(sum uint32, hrp string) uint32 {
	for i := range len(hrp) {
		sum = polymodStep(sum) ^ uint32(hrp[i]>>5)
	}
	sum = polymodStep(sum)
	for i := range len(hrp) {
		sum = polymodStep(sum) ^ uint32(hrp[i]&31)
	}
	return sum
}

func polymodStep(sum uint32) uint32 {
	generator := [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3}
	top := sum >> 25
	sum = sum & 0x1ffffff << 5
	for i, g := range generator {
		if top>>i&1 == 1 {
			sum ^= g
		}
	}
	return sum
}
