//go:build ignore

// This program reduces the indicator IT.NET.USER.ZS of the World Development Indicators (World Bank, CC BY 4.0), as it is
// downloaded in CSV, to data/internet.csv: the countries of the list M49, the years since 2000. Run it in this folder as
//
//	go run geninternet.go path/to/wdi-it.net.user.zs.csv > data/internet.csv
package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
)

const first = 2000

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(name string) ([][]string, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(b), "\ufeff")))
	r.FieldsPerRecord = -1
	return r.ReadAll()
}

func run(name string) error {
	countries, err := read("../../base/language/data/country.csv")
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, c := range countries[1:] {
		known[c[1]] = true
	}
	rows, err := read(name)
	if err != nil {
		return err
	}
	updated, years := "", []string(nil)
	var out []string
	for _, r := range rows {
		switch {
		case r[0] == "Last Updated Date":
			updated = r[1]
		case r[0] == "Country Name":
			years = r
		case years != nil && known[r[1]]:
			for i := 4; i < len(r) && i < len(years); i++ {
				y, _ := strconv.Atoi(years[i])
				if y < first || r[i] == "" {
					continue
				}
				v, err := strconv.ParseFloat(r[i], 64)
				if err != nil {
					return fmt.Errorf("%s %d: %w", r[1], y, err)
				}
				out = append(out, fmt.Sprintf("%s,%d,%.1f", r[1], y, v))
			}
		}
	}
	sort.Strings(out)
	fmt.Printf("# World Bank, World Development Indicators, IT.NET.USER.ZS, updated %s, CC BY 4.0. Made by geninternet.go.\n", updated)
	fmt.Println("iso3,year,percent\n" + strings.Join(out, "\n"))
	return nil
}
