package language

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func load(t testing.TB, files map[string]string) *Catalog {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	c, err := Load(Source{"test", fsys})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const arabic = `msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\n"

msgid "Exercise {number} was sent to {country}."
msgstr "أُرسل التمرين {number} إلى {country}."

msgid "{n} exercise"
msgid_plural "{n} exercises"
msgstr[0] "لا تمارين"
msgstr[1] "تمرين واحد"
msgstr[2] "تمرينان"
msgstr[3] "{n} تمارين"
msgstr[4] "{n} تمرينا"
msgstr[5] "{n} تمرين"
`

func TestTIsolates(t *testing.T) {
	c := load(t, map[string]string{"po/ar.po": arabic})
	tests := []struct {
		name string
		tag  Tag
		kv   []any
		want string
	}{
		{"values in Arabic", Arabic, []any{"number", "MA-2026/17", "country", Plain("كينيا")},
			"أُرسل التمرين \u2068MA-2026/17\u2069 إلى كينيا."},
		{"nothing needed in English", English, []any{"number", "MA-2026/17", "country", "Kenya"},
			"Exercise MA-2026/17 was sent to Kenya."},
		{"an Arabic name in English", English, []any{"number", "7", "country", "كينيا"},
			"Exercise 7 was sent to \u2068كينيا\u2069."},
		{"a value can't reach out", English, []any{"number", "1\u202e2", "country", "a\u2067b\u2069\u2069c"},
			"Exercise \u20681\u202e2\u2069 was sent to \u2068a\u2067b\u2069c\u2069."},
		{"a forgotten place stays visible", English, []any{"number", "7"},
			"Exercise 7 was sent to {country}."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := c.Get(tt.tag).T("Exercise {number} was sent to {country}.", tt.kv...); got != tt.want {
				t.Errorf("T = %+q, want %+q", got, tt.want)
			}
		})
	}
}

func TestNTakesTheFormOfTheLanguage(t *testing.T) {
	c := load(t, map[string]string{"po/ar.po": arabic, "po/ru.po": `
msgid "{n} exercise"
msgid_plural "{n} exercises"
msgstr[0] "{n} упражнение"
msgstr[1] "{n} упражнения"
msgstr[2] "{n} упражнений"
`})
	iso := func(s string) string { return "\u2068" + s + "\u2069" }
	tests := []struct {
		tag  Tag
		n    int
		want string
	}{
		{Arabic, 0, "لا تمارين"}, {Arabic, 1, "تمرين واحد"}, {Arabic, 2, "تمرينان"}, {Arabic, 3, iso("3") + " تمارين"},
		{Arabic, 11, iso("11") + " تمرينا"}, {Arabic, 100, iso("100") + " تمرين"}, {Arabic, 103, iso("103") + " تمارين"},
		{Russian, 1, "1 упражнение"}, {Russian, 21, "21 упражнение"}, {Russian, 11, "11 упражнений"}, {Russian, 3, "3 упражнения"},
		{Russian, 5, "5 упражнений"}, {Russian, 1002, "1\u00a0002 упражнения"}, {Russian, 30_000_011, "30\u00a0000\u00a0011 упражнений"},
		{English, 1, "1 exercise"}, {English, 0, "0 exercises"}, {English, 1234, "1,234 exercises"},
		{French, 1, "1 exercise"}, // not translated: English says it, as English counts
	}
	for _, tt := range tests {
		if got := c.Get(tt.tag).N("{n} exercise", "{n} exercises", tt.n); got != tt.want {
			t.Errorf("%s N(%d) = %+q, want %+q", tt.tag, tt.n, got, tt.want)
		}
	}
}

func TestSayCountsWhenTheMessageDoes(t *testing.T) {
	p := load(t, nil).Get(Russian)
	for n, want := range map[string]string{"1": "Используйте не более 1 знака.", "200": "Используйте не более 200 знаков."} {
		if got := p.Say("Use at most {n} character.", map[string]string{"n": n}); got != want {
			t.Errorf("Say = %q, want %q", got, want)
		}
	}
	if got, want := p.Say("This form takes at most {size}. Nothing was saved.", map[string]string{"size": "1 kB"}), "Эта форма принимает не более 1 kB. Ничего не сохранено."; got != want {
		t.Errorf("Say = %q, want %q", got, want)
	}
}

func TestDigits(t *testing.T) {
	if got, want := Digits("٢٠۲۶/１"), "2026/1"; got != want {
		t.Errorf("Digits = %q, want %q", got, want)
	}
}

func TestPartsSayWhichLanguageTheyAreIn(t *testing.T) {
	c := load(t, map[string]string{"po/ar.po": arabic})
	if tag, _ := c.Get(Arabic).Parts("Exercise {number} was sent to {country}."); tag != Arabic {
		t.Errorf("translated: %s, want ar", tag)
	}
	if tag, parts := c.Get(Arabic).Parts("Never translated {x}", "x", 3); tag != English || len(parts) != 2 || parts[1].Value != 3 {
		t.Errorf("not translated: %s %v, want en and two parts", tag, parts)
	}
}

func TestLoadRefuses(t *testing.T) {
	tests := map[string]struct{ po, want string }{
		"too few plural forms": {"msgid \"a\"\nmsgid_plural \"b\"\nmsgstr[0] \"x\"\n", "test/po/ru.po:1: 1 plural forms, ru has 3"},
		"two translations":     {"msgid \"Continue\"\nmsgstr \"Вперёд\"\n", "test/po/ru.po:1: \"Continue\" has another translation at language/po/ru.po:"},
		"a broken string":      {"msgid \"a\nmsgstr \"b\"\n", "test/po/ru.po:1: want a string in double quotes"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Load(Source{"test", fstest.MapFS{"po/ru.po": {Data: []byte(tt.po)}}})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Load = %v, want %q in it", err, tt.want)
			}
		})
	}
}

func TestMatch(t *testing.T) {
	c := load(t, nil)
	for header, want := range map[string]Tag{
		"": English, "fr-CA,fr;q=0.9,en;q=0.8": French, "de, ar;q=0.5": Arabic, "zh-Hant-TW": Chinese, "xx;;;": English, "de": English,
	} {
		if got := c.Match(header); got != want {
			t.Errorf("Match(%q) = %s, want %s", header, got, want)
		}
	}
}

func TestDates(t *testing.T) {
	at := time.Date(2026, 3, 1, 14, 20, 0, 0, time.FixedZone("", 3600))
	c := load(t, nil)
	tests := map[Tag][3]string{
		Arabic:  {"1 آذار/مارس 2026", "الأحد، 1 آذار/مارس 2026", "1 آذار/مارس 2026، \u206814:20 (UTC+01:00)\u2069"},
		Chinese: {"2026年3月1日", "2026年3月1日星期日", "2026年3月1日 14:20 (UTC+01:00)"},
		English: {"1 March 2026", "Sunday 1 March 2026", "1 March 2026, 14:20 (UTC+01:00)"},
		French:  {"1er mars 2026", "dimanche 1er mars 2026", "1er mars 2026, 14:20 (UTC+01:00)"},
		Russian: {"1 марта 2026 года", "воскресенье, 1 марта 2026 года", "1 марта 2026 года, 14:20 (UTC+01:00)"},
		Spanish: {"1 de marzo de 2026", "domingo 1 de marzo de 2026", "1 de marzo de 2026, 14:20 (UTC+01:00)"},
	}
	for tag, want := range tests {
		p := c.Get(tag)
		if got := [3]string{string(p.Date(at)), string(p.LongDate(at)), string(p.When(at))}; got != want {
			t.Errorf("%s: %+q, want %+q", tag, got, want)
		}
	}
	if got, want := Instant(at.Add(7*time.Second)), "2026-03-01 14:20:07 (UTC+01:00)"; got != want {
		t.Errorf("Instant = %s, want %s", got, want)
	}
}

func TestNumbers(t *testing.T) {
	c := load(t, nil)
	tests := []struct{ got, want string }{
		{c.Get(English).Number(-1234567), "-1,234,567"},
		{c.Get(French).Number(1234567), "1\u202f234\u202f567"},
		{c.Get(Spanish).Number(1234), "1234"},
		{c.Get(Spanish).Number(12345), "12\u00a0345"},
		{c.Get(Russian).Decimal(1234.5, 1), "1\u00a0234,5"},
		{c.Get(English).Decimal(-0.5, 1), "-0.5"},
		{c.Get(French).Percent(0.125, 1), "12,5\u202f%"},
		{c.Get(English).Size(0), "0\u00a0B"},
		{c.Get(English).Size(999), "999\u00a0B"},
		{c.Get(English).Size(999_600), "1.0\u00a0MB"},
		{c.Get(French).Size(1_500_000), "1,5\u00a0Mo"},
		{c.Get(Russian).Size(80_000_000_000), "80\u00a0ГБ"},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("got %+q, want %+q", tt.got, tt.want)
		}
	}
}

func TestLists(t *testing.T) {
	c := load(t, nil)
	abc := []string{"A", "B", "C"}
	tests := []struct{ got, want Plain }{
		{c.Get(English).And(abc), "A, B and C"}, {c.Get(English).And(abc[:1]), "A"}, {c.Get(English).And(nil), ""},
		{c.Get(French).Or(abc[:2]), "A ou B"}, {c.Get(Chinese).And(abc), "A、B和C"},
		{c.Get(Spanish).And([]string{"España", "Italia"}), "España e Italia"},
		{c.Get(Spanish).And([]string{"España", "Hiero"}), "España y Hiero"},
		{c.Get(Spanish).Or([]string{"España", "Omán"}), "España u Omán"},
		{c.Get(Arabic).And([]string{"كينيا", "المغرب"}), "\u2068كينيا\u2069 و\u2068المغرب\u2069"},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("got %+q, want %+q", tt.got, tt.want)
		}
	}
}

func TestSortAsReadersLook(t *testing.T) {
	c := load(t, nil)
	names := []string{"Zambie", "État de Palestine", "Estonie", "Égypte", "Équateur"}
	Sort(c.Get(French), names, func(s string) string { return s })
	want := []string{"Égypte", "Équateur", "Estonie", "État de Palestine", "Zambie"}
	if !slices.Equal(names, want) {
		t.Errorf("French: %v, want %v", names, want)
	}
	chinese := []string{"中国", "阿富汗", "法国"}
	Sort(c.Get(Chinese), chinese, func(s string) string { return s })
	if want := []string{"阿富汗", "法国", "中国"}; !slices.Equal(chinese, want) {
		t.Errorf("Chinese: %v, want %v (by pinyin)", chinese, want)
	}
}

func TestCountries(t *testing.T) {
	c := load(t, nil)
	if got := len(c.Countries()); got != 248 {
		t.Errorf("%d countries, want the 248 of M49", got)
	}
	for _, country := range c.Countries() {
		for _, tag := range Official() {
			if country.short[tag] == "" || strings.ContainsAny(country.short[tag], "*") {
				t.Errorf("%s in %s: %q", country.ISO2, tag, country.short[tag])
			}
		}
	}
	if got, want := c.Get(French).Country("KEN"), "Kenya"; got != want {
		t.Errorf("KEN = %s, want %s", got, want)
	}
	if got, want := c.Get(Arabic).CountryFormal("504"), "المملكة المغربية"; got != want {
		t.Errorf("504 = %s, want %s", got, want)
	}
	if got := c.Get("pt").Country("XX"); got != "XX" {
		t.Errorf("XX = %s, want the code", got)
	}
}

// TestMembersOfTheUnitedNations counts the Members by region: 193 in all, and the two observer States apart.
func TestMembersOfTheUnitedNations(t *testing.T) {
	members, observers := map[string]int{}, ""
	for _, c := range load(t, nil).Countries() {
		switch c.Member {
		case UNMember:
			members[c.Region]++
		case UNObserver:
			observers += c.ISO3
		}
	}
	want := map[string]int{"002": 54, "019": 35, "142": 47, "150": 43, "009": 14}
	for _, region := range Regions() {
		if members[region] != want[region] {
			t.Errorf("%d Members in region %s, want %d", members[region], region, want[region])
		}
	}
	if len(members) != len(want) || observers != "PSEVAT" {
		t.Errorf("Members by region %v and observers %s, want five regions, PSE and VAT", members, observers)
	}
}

func TestStripBidi(t *testing.T) {
	got, n := StripBidi("203.0\u202e.113\u200f.7\u2069 \u0645\u200c\u06cc")
	if want := "203.0.113.7 \u0645\u200c\u06cc"; got != want || n != 3 {
		t.Errorf("StripBidi = %+q, %d, want %+q, 3 (the joiner of Persian stays)", got, n, want)
	}
}
