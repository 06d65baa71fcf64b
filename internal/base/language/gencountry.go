//go:build ignore

// This program reduces the data set "country-codes" of Datahub (Public Domain Dedication and License) to the columns
// Comity uses: data/country.csv. Run it as
//
//	go run gencountry.go path/to/country-codes.csv > data/country.csv
package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"regexp"
	"sort"
	"strings"
)

var languages = []struct{ tag, unterm, official string }{
	{"ar", "Arabic", "ar"}, {"en", "English", "en"}, {"es", "Spanish", "es"},
	{"fr", "French", "fr"}, {"ru", "Russian", "ru"}, {"zh", "Chinese", "cn"},
}

// UNTERM marks observers with stars and puts the article in brackets behind the name. Neither is part of the name
// as it stands in a list; brackets such as "(Islamic Republic of)" are.
var article = regexp.MustCompile(`\s*(\((the|le|la|les|l'|l’|el|los|las)\))?\s*\**\s*$`)

// The source has no UNTERM names for these two.
var missing = map[string]map[string][2]string{
	"CI": {
		"ar": {"كوت ديفوار", "جمهورية كوت ديفوار"}, "en": {"Côte d'Ivoire", "the Republic of Côte d'Ivoire"},
		"es": {"Côte d'Ivoire", "la República de Côte d'Ivoire"}, "fr": {"Côte d'Ivoire", "la République de Côte d'Ivoire"},
		"ru": {"Кот-д'Ивуар", "Республика Кот-д'Ивуар"}, "zh": {"科特迪瓦", "科特迪瓦共和国"},
	},
	"TR": {
		"ar": {"تركيا", "جمهورية تركيا"}, "en": {"Türkiye", "the Republic of Türkiye"},
		"es": {"Türkiye", "la República de Türkiye"}, "fr": {"Türkiye", "la République de Türkiye"},
		"ru": {"Турция", "Турецкая Республика"}, "zh": {"土耳其", "土耳其共和国"},
	},
}

// The source has these wrong or unlike the list of the United Nations (M49).
var corrected = map[string]map[string]string{
	"FK": {"en": "Falkland Islands (Malvinas)", "fr": "Îles Falkland (Malvinas)"},
	"IO": {"ar": "إقليم المحيط الهندي البريطاني"},
	"TF": {"ar": "الأراضي الفرنسية الجنوبية"},
	"UM": {"ar": "الجزر الصغيرة النائية التابعة للولايات المتحدة"},
}

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return err
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[strings.TrimPrefix(name, "\ufeff")] = i
	}
	var out [][]string
	for _, row := range rows[1:] {
		get := func(name string) string { return strings.Join(strings.Fields(row[column[name]]), " ") }
		if r := reduce(get); r != nil {
			out = append(out, r)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i][0] < out[j][0] })
	w := csv.NewWriter(os.Stdout)
	head := []string{"iso2", "iso3", "m49", "region", "membership"}
	for _, l := range languages {
		head = append(head, l.tag, l.tag+"_formal")
	}
	if err := w.WriteAll(append([][]string{head}, out...)); err != nil {
		return err
	}
	return w.Error()
}

// observers are the non-member States that the General Assembly lets take part as observers: Holy See (A/RES/58/314) and
// State of Palestine (A/RES/67/19).
var observers = map[string]bool{"VA": true, "PS": true}

// membership tells how an entry stands to the United Nations. The source has no column for it, but its independent
// countries are the 193 Members and the Holy See (and 158, which the list M49 doesn't have); language_test.go counts them
// by region against the numbers of the five regions.
func membership(iso2, independent string) string {
	switch {
	case observers[iso2]:
		return "observer"
	case independent == "Yes":
		return "member"
	}
	return "other"
}

// reduce returns nil for an entry that is not in the list M49 of the United Nations (which has no 158).
func reduce(get func(string) string) []string {
	iso2, m49 := get("ISO3166-1-Alpha-2"), get("M49")
	if m49 == "" || m49 == "158" || get("official_name_en") == "" {
		return nil
	}
	for len(m49) < 3 {
		m49 = "0" + m49
	}
	region := get("Region Code")
	for region != "" && len(region) < 3 {
		region = "0" + region
	}
	r := []string{iso2, get("ISO3166-1-Alpha-3"), m49, region, membership(iso2, get("is_independent"))}
	for _, l := range languages {
		short := article.ReplaceAllString(get("UNTERM "+l.unterm+" Short"), "")
		formal := strings.TrimRight(get("UNTERM "+l.unterm+" Formal"), " *")
		if own, ok := missing[iso2]; ok {
			short, formal = own[l.tag][0], own[l.tag][1]
		}
		if own, ok := corrected[iso2][l.tag]; ok {
			short = own
		}
		if short == "" {
			short = get("official_name_" + l.official)
		}
		r = append(r, short, formal)
	}
	return r
}
