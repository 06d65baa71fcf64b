// Package doctest holds invented letters with which the writers of documents are tested: every block and every kind of
// span, in a language that runs from left to right and in one that runs from right to left. Start with [English].
package doctest

import (
	"time"

	"comity/internal/base/language"
	"comity/internal/engine/document"
)

var created = time.Date(2026, 11, 23, 20, 9, 53, 0, time.UTC)

func plain(s string) document.Span      { return document.Span{Text: s} }
func identifier(s string) document.Span { return document.Span{Kind: document.Identifier, Text: s} }
func name(s string) document.Span       { return document.Span{Kind: document.Name, Text: s} }
func amount(s string) document.Span     { return document.Span{Kind: document.Amount, Text: s} }
func date(s string) document.Span       { return document.Span{Kind: document.Date, Text: s} }
func strong(s string) document.Span     { return document.Span{Kind: document.Strong, Text: s} }
func emphasis(s string) document.Span   { return document.Span{Kind: document.Emphasis, Text: s} }

func quote(s string, lang language.Tag) document.Span {
	return document.Span{Kind: document.Quote, Text: s, Lang: lang}
}

// English returns a request of one invented authority to another.
func English() *document.Doc {
	return &document.Doc{
		Lang:     language.English,
		Title:    "Request for preservation <EX-2026-000123> (exercise)",
		Subject:  "Preservation of stored data",
		Author:   "Central Authority of Exercise State A",
		Created:  created,
		Exercise: "EXERCISE – NOT A REAL REQUEST",
		Header: []document.Text{
			{name("Central Authority of Exercise State A")},
			document.T("1 Example Square, 1000 Exampleville"),
		},
		Footer: document.Text{plain("Request "), identifier("EX-2026-000123")},
		Blocks: []document.Block{
			document.Definitions{Items: []document.Definition{
				{Term: document.T("To"), Text: document.Text{name("Authority of Exercise State B")}},
				{Term: document.T("Sent"), Text: document.Text{date("23 November 2026, 21:09 (UTC+01:00)")}},
			}},
			document.Heading{Level: 1, Text: document.T("Request for preservation of stored data")},
			document.Heading{Level: 2, Number: "1", Text: document.T("What is asked")},
			document.Paragraph{Number: "1.", Text: document.Text{
				plain("Please preserve the records of the address "), identifier("203.0.113.7:443"),
				plain(" used by "), identifier("person@example.org"), plain(" for a transfer of "),
				amount("88,000.00 USD"), plain("; the holder writes his name "), name("الاسم المخترع"), plain(" & "), strong("must not"),
				plain(" be "), emphasis("told"), plain("."),
			}},
			document.Paragraph{Number: "2.", Text: document.Text{
				plain("The notice said: "), quote("« Le compte est bloqué. »", language.French), plain(" The line after it is\nbroken here."),
			}},
			document.Paragraph{Lang: language.Arabic, Text: document.Text{plain("نص مقتبس بلغته من "), identifier("203.0.113.7:443"), plain(".")}},
			document.List{Items: []document.Text{document.T("subscriber records"), document.T("connection logs")}},
			document.List{Ordered: true, Items: []document.Text{document.T("first"), document.T("second")}},
			document.Table{
				Caption: document.T("Accounts"),
				Head:    []document.Text{document.T("Account"), document.T("From"), document.T("Amount")},
				Rows: [][]document.Text{
					{{identifier("acct-0001")}, {date("1 October 2026")}, {amount("1,200.50 EUR")}},
					{{identifier("acct-0002")}, {date("2 October 2026")}, {amount("15 EUR")}},
				},
				Widths: []float64{2, 1, 1},
			},
			document.Rule{},
			document.Paragraph{Align: document.Centre, Text: document.T("Second page follows.")},
			document.Break{},
			document.Heading{Level: 3, Text: document.T("Signature")},
			document.Signature{
				Name: document.Text{name("A. Exercise")}, Function: document.T("Prosecutor"),
				Place: document.Text{name("Exampleville")}, Date: document.Text{date("23 November 2026")},
			},
		},
	}
}

// Arabic returns a letter with everything in it that is easily read in a wrong order.
func Arabic() *document.Doc {
	return &document.Doc{
		Lang:     language.Arabic,
		Title:    "طلب حفظ بيانات (تمرين)",
		Author:   "السلطة المركزية للدولة التجريبية أ",
		Created:  created,
		Exercise: "تمرين – ليس طلبا حقيقيا",
		Header:   []document.Text{{name("السلطة المركزية للدولة التجريبية أ")}, document.T("ساحة المثال، المدينة المثالية")},
		Footer:   document.Text{plain("الطلب "), identifier("EX-2026-000124")},
		Blocks: []document.Block{
			document.Definitions{Items: []document.Definition{
				{Term: document.T("إلى"), Text: document.Text{name("سلطة الدولة التجريبية ب")}},
				{Term: document.T("أرسل في"), Text: document.Text{date("23 نوفمبر 2026، 21:09 (UTC+01:00)")}},
			}},
			document.Heading{Level: 1, Text: document.T("طلب حفظ بيانات مخزنة")},
			document.Heading{Level: 2, Number: "1", Text: document.T("المطلوب")},
			document.Paragraph{Number: "1.", Text: document.Text{
				plain("نرجو حفظ سجلات العنوان "), identifier("203.0.113.7:443"), plain(" الذي استعمله "),
				identifier("person@example.org"), plain(" لتحويل "), amount("88,000.00 USD"),
				plain("، ويكتب صاحب الحساب اسمه "), name("A. Exercise (invented)"), plain("، "), strong("دون إبلاغه"), plain("."),
			}},
			document.Paragraph{Number: "2.", Text: document.Text{
				plain("جاء في الإشعار: "), quote("« Le compte est bloqué. »", language.French), plain("."),
			}},
			document.List{Items: []document.Text{document.T("سجلات المشترك"), document.T("سجلات الاتصال")}},
			document.List{Ordered: true, Items: []document.Text{document.T("أولا"), document.T("ثانيا")}},
			document.Table{
				Caption: document.T("الحسابات"),
				Head:    []document.Text{document.T("الحساب"), document.T("من"), document.T("المبلغ")},
				Rows: [][]document.Text{
					{{identifier("acct-0001")}, {date("1 أكتوبر 2026")}, {amount("1,200.50 EUR")}},
					{{identifier("acct-0002")}, {date("2 أكتوبر 2026")}, {amount("15 EUR")}},
				},
				Widths: []float64{2, 1, 1},
			},
			document.Signature{
				Name: document.Text{name("أ. تمرين")}, Function: document.T("المدعي العام"),
				Place: document.Text{name("المدينة المثالية")}, Date: document.Text{date("23 نوفمبر 2026")},
			},
		},
	}
}
