package data

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"

	"comity/internal/base/language"
	"comity/internal/engine/instrument"
)

// terms are words of the law that have one name in each language, that of the treaties' official texts where these have
// it. A translation of a text with the English term has to have one of the forms.
var terms = []struct {
	english string
	forms   map[language.Tag]string
}{
	{"cybercrime", map[language.Tag]string{
		"fr": "cybercriminalité", "es": "ciberdelincuencia|Ciberdelincuencia", "ru": "киберпреступ", "ar": "سيبراني", "zh": "网络犯罪",
	}},
	{"electronic evidence", map[language.Tag]string{
		"fr": "preuves électroniques", "es": "pruebas electrónicas", "ru": "лектронны[ехм]+ доказательств", "ar": "[أا]?لأدلة الإلكترونية|للأدلة الإلكترونية|أدلة إلكترونية", "zh": "电子证据",
	}},
	{"dual criminality", map[language.Tag]string{
		"fr": "double incrimination", "es": "doble incriminación", "ru": "обоюдно", "ar": "ازدواجية التجريم", "zh": "双重犯罪",
	}},
	{"mutual legal assistance", map[language.Tag]string{
		"fr": "entraide judiciaire", "es": "asistencia judicial recíproca", "ru": "взаимн(ой|ая) правов(ой|ая) помощ", "ar": "مساعدة القانونية المتبادلة", "zh": "司法协助",
	}},
	{"traffic data", map[language.Tag]string{
		"fr": "données relatives au trafic", "es": "datos de tráfico", "ru": "данны[ехм]+ о трафике", "ar": "بيانات الحركة", "zh": "流量数据",
	}},
	{"subscriber data", map[language.Tag]string{
		"fr": "données relatives aux abonnés", "es": "datos de abonados", "ru": "данны[ехм]+ об абонентах", "ar": "بيانات المشتركين", "zh": "订户数据",
	}},
	{"child sexual abuse material", map[language.Tag]string{
		"fr": "matériel montrant des abus sexuels sur enfant", "es": "material que muestra abusos sexuales de niños", "ru": "материал(ы|ов) со сценами сексуальных надругательств над детьми",
		"ar": "مواد الاعتداء الجنسي على الأطفال", "zh": "儿童性虐待材料",
	}},
	{"illegal access", map[language.Tag]string{
		"fr": "accès illégal", "es": "acceso ilícito", "ru": "незаконный доступ", "ar": "النفاذ غير المشروع", "zh": "非法访问",
	}},
	{"law enforcement", map[language.Tag]string{
		"fr": "répression", "es": "fuerzas del orden|aplicación de la ley", "ru": "правоохранительн", "ar": "إنفاذ القانون", "zh": "执法",
	}},
	{"contact point", map[language.Tag]string{
		"fr": "points? de contact", "es": "puntos? de contacto", "ru": "контактн", "ar": "(نقطة|نقاط) (ال)?اتصال", "zh": "联络点",
	}},
}

// named are texts in which the term is part of the name of a treaty, which has its own official name.
var named = regexp.MustCompile(`Convention on Cybercrime`)

func TestTermsAreConsistent(t *testing.T) {
	found := map[string]int{}
	check := func(where string, tag language.Tag, english, said string) {
		for _, term := range terms {
			if said == "" || named.MatchString(english) || !strings.Contains(strings.ToLower(english), term.english) {
				continue
			}
			found[term.english]++
			if !regexp.MustCompile(`(?i)` + term.forms[tag]).MatchString(said) {
				t.Errorf("%s %s: %q says %q, without %s", where, tag, english, said, term.forms[tag])
			}
		}
	}
	tags := []language.Tag{"fr", "es", "ru", "ar", "zh"}
	eachForm(t, func(t *testing.T, s Study, audience string, in *instrument.Instrument) {
		for _, text := range in.Texts() {
			for _, tag := range tags {
				check(s.Dir(audience), tag, text.English, in.In(tag, text.English))
			}
		}
	})
	for _, s := range studies(t) {
		sub, err := fs.Sub(FS(), s.Code)
		if err != nil {
			t.Fatal(err)
		}
		for _, tag := range tags {
			for english, said := range messages(t, sub, tag) {
				check(s.Code, tag, english, said)
			}
		}
	}
	for _, term := range terms {
		if found[term.english] < len(tags) {
			t.Errorf("%q stands in %d translations: a term nobody uses", term.english, found[term.english])
		}
	}
}

func messages(t *testing.T, fsys fs.FS, tag language.Tag) map[string]string {
	t.Helper()
	name := path.Join("po", string(tag)+".po")
	f, err := fsys.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	file, err := language.ParsePO(name, f)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, m := range file.Messages {
		out[m.ID] = m.Text[0]
	}
	return out
}
