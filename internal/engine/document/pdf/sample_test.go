package pdf_test

import (
	"time"

	"comity/internal/base/language"
	"comity/internal/engine/document"
)

// words are the sentences of the sample letter in one language. All people and cases are invented (exercise).
type words struct {
	exercise, title, authority, address, heading, facts, first string
	beforeIP, beforeTime, beforeAmount, beforeMail, end        string
	item1, item2, caption, head1, head2, head3, row            string
	term1, term2, urgent, place, function, long                string
	name                                                       string
}

func sample(lang language.Tag) *document.Doc {
	w := sampleWords[lang]
	id := func(s string) document.Span { return document.Span{Kind: document.Identifier, Text: s} }
	p := func(s string) document.Span { return document.Span{Text: s} }
	rows := make([][]document.Text, 0, 24)
	for range 24 {
		rows = append(rows, []document.Text{
			{id("203.0.113.7:443")},
			{p(w.row)},
			{{Kind: document.Date, Text: "2026-11-24 14:30:05 +03:00"}},
		})
	}
	return &document.Doc{
		Lang: lang, Title: w.title, Author: w.authority, Subject: "UNCAC 46",
		Created:  time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC),
		Exercise: w.exercise,
		Header:   []document.Text{document.T(w.authority), document.T(w.address)},
		Footer:   document.Text{p(w.title), p(" · "), id("COM-2026-0117")},
		Blocks: []document.Block{
			document.Heading{Level: 1, Text: document.T(w.title)},
			document.Definitions{Items: []document.Definition{
				{Term: document.T(w.term1), Text: document.Text{id("COM-2026-0117")}},
				{Term: document.T(w.term2), Text: document.Text{{Kind: document.Strong, Text: w.urgent}}},
			}},
			document.Heading{Level: 2, Number: "1.", Text: document.T(w.heading)},
			document.Paragraph{Number: "1.", Text: document.Text{
				p(w.beforeIP), id("203.0.113.7:443"), p(w.beforeTime),
				{Kind: document.Date, Text: "14:30:05 +03:00"}, p(w.beforeAmount),
				{Kind: document.Amount, Text: "12,500.00 EUR"}, p(w.beforeMail), id("j.doe+case@mail.example.org"), p(w.end),
			}},
			document.Paragraph{Number: "2.", Text: document.Text{p(w.facts), {Kind: document.Name, Text: w.name}, p(w.first)}},
			document.Paragraph{Text: document.T(w.long)},
			document.List{Items: []document.Text{document.T(w.item1), document.T(w.item2)}},
			document.List{Ordered: true, Items: []document.Text{document.T(w.item2), document.T(w.item1)}},
			document.Paragraph{Lang: language.French, Text: document.T("Texte joint dans sa langue d’origine : « l’enquête est en cours ».")},
			document.Heading{Level: 2, Number: "2.", Text: document.T(w.caption)},
			document.Table{
				Caption: document.T(w.caption), Head: []document.Text{document.T(w.head1), document.T(w.head2), document.T(w.head3)},
				Rows: rows, Widths: []float64{2, 3, 2},
			},
			document.Signature{Name: document.T(w.name), Function: document.T(w.function), Place: document.T(w.place), Date: document.T("2026-11-24")},
		},
		Files: []document.File{{Name: "answers.json", Media: "application/json", Description: "Answers", Data: []byte(`{"exercise":true}`)}},
	}
}

var sampleWords = map[language.Tag]words{
	language.English: {
		exercise: "EXERCISE", title: "Request for the preservation of stored data", authority: "Central Authority of Northmark", address: "12 Harbour Street, Port Alder",
		heading: "The facts", beforeIP: "On 24 November 2026 the server ", beforeTime: " was reached at ", beforeAmount: "; the sum of ", beforeMail: " was moved by the user of ", end: " within the hour.",
		facts: "The investigation concerns ", first: ", who is suspected of having taken part in the transfer (see the annex).",
		long:  "The authority asks that the data be kept for ninety days from the day on which this request arrives, and that it be told at once when a longer time can be granted. It undertakes to use what it receives only for the case named above, and to ask before it is used for anything else.",
		item1: "the records of connections to the server;", item2: "the name under which the account was opened.", caption: "Connections", head1: "Address", head2: "What was seen", head3: "When",
		row: "A connection that lasted four minutes", term1: "Reference", term2: "Urgency", urgent: "urgent", place: "Port Alder", function: "Deputy prosecutor", name: "Anna Vestergaard",
	},
	language.French: {
		exercise: "EXERCICE", title: "Demande de conservation de données stockées", authority: "Autorité centrale de Norvalie", address: "12, rue du Port, Aulnay-sur-Mer",
		heading: "Les faits", beforeIP: "Le 24 novembre 2026, le serveur ", beforeTime: " a été joint à ", beforeAmount: " ; la somme de ", beforeMail: " a été déplacée par l’utilisateur de ", end: " dans l’heure.",
		facts: "L’enquête porte sur ", first: ", soupçonnée d’avoir pris part au transfert (voir l’annexe).",
		long:  "L’autorité demande que les données soient gardées quatre-vingt-dix jours à compter de l’arrivée de la présente demande, et qu’elle soit avisée sans délai si une durée plus longue peut être accordée. Elle s’engage à n’utiliser ce qu’elle reçoit que pour l’affaire nommée ci-dessus.",
		item1: "les relevés des connexions au serveur ;", item2: "le nom sous lequel le compte a été ouvert.", caption: "Connexions", head1: "Adresse", head2: "Ce qui a été vu", head3: "Quand",
		row: "Une connexion qui a duré quatre minutes", term1: "Référence", term2: "Urgence", urgent: "urgent", place: "Aulnay-sur-Mer", function: "Procureure adjointe", name: "Hélène Œuvrard",
	},
	language.Spanish: {
		exercise: "EJERCICIO", title: "Solicitud de conservación de datos almacenados", authority: "Autoridad Central de Marenia", address: "Calle del Puerto 12, Villa Nueva",
		heading: "Los hechos", beforeIP: "El 24 de noviembre de 2026 el servidor ", beforeTime: " fue alcanzado a las ", beforeAmount: "; la suma de ", beforeMail: " fue movida por el usuario de ", end: " en menos de una hora.",
		facts: "La investigación se refiere a ", first: ", de quien se sospecha que participó en la transferencia (véase el anexo). ¿Puede confirmarse?",
		long:  "La autoridad pide que los datos se guarden noventa días desde la llegada de esta solicitud y que se le avise de inmediato si puede concederse un plazo mayor. Se compromete a usar lo que reciba solo para el asunto arriba nombrado.",
		item1: "los registros de conexión al servidor;", item2: "el nombre con el que se abrió la cuenta.", caption: "Conexiones", head1: "Dirección", head2: "Lo que se vio", head3: "Cuándo",
		row: "Una conexión que duró cuatro minutos", term1: "Referencia", term2: "Urgencia", urgent: "urgente", place: "Villa Nueva", function: "Fiscal adjunta", name: "Íñigo Muñoz Peña",
	},
	language.Russian: {
		exercise: "УЧЕНИЯ", title: "Запрос о сохранении хранимых данных", authority: "Центральный орган Северомарии", address: "ул. Портовая, 12, г. Ольховск",
		heading: "Обстоятельства", beforeIP: "24 ноября 2026 года к серверу ", beforeTime: " обратились в ", beforeAmount: "; сумма ", beforeMail: " была переведена пользователем ", end: " в течение часа.",
		facts: "Расследование касается лица: ", first: ", подозреваемого в участии в переводе (см. приложение).",
		long:  "Орган просит хранить данные девяносто дней со дня получения настоящего запроса и безотлагательно сообщить, если может быть предоставлен более долгий срок. Он обязуется использовать полученное только по названному выше делу.",
		item1: "записи о соединениях с сервером;", item2: "имя, на которое открыта учётная запись.", caption: "Соединения", head1: "Адрес", head2: "Что было видно", head3: "Когда",
		row: "Соединение продолжалось четыре минуты", term1: "Номер", term2: "Срочность", urgent: "срочно", place: "Ольховск", function: "Заместитель прокурора", name: "Алёна Йорданова",
	},
	language.Chinese: {
		exercise: "演练", title: "关于保全已存储数据的请求", authority: "北境国中央主管机关", address: "港口街十二号",
		heading: "事实", beforeIP: "2026年11月24日，服务器", beforeTime: "于", beforeAmount: "被访问；款项", beforeMail: "由用户", end: "在一小时内转出。",
		facts: "本案调查对象为", first: "，该人涉嫌参与转账（见附件）。",
		long:  "主管机关请求自收到本请求之日起将有关数据保存九十日，如可给予更长期限，请立即告知。主管机关承诺，所收到的材料仅用于上述案件；如需用于其他目的，将事先征求同意。“未经许可，不得转交。”",
		item1: "与该服务器的连接记录；", item2: "开立账户时所用的姓名。", caption: "连接", head1: "地址", head2: "所见情况", head3: "时间",
		row: "一次持续四分钟的连接", term1: "编号", term2: "紧急程度", urgent: "紧急", place: "港口市", function: "副检察官", name: "欧阳喆瑜",
	},
	language.Arabic: {
		exercise: "تمرين", title: "طلب حفظ بيانات مخزنة", authority: "السلطة المركزية في الشمالية", address: "شارع الميناء ١٢، المدينة الجديدة",
		heading: "الوقائع", beforeIP: "في 24 نوفمبر 2026 جرى الاتصال بالخادم ", beforeTime: " عند الساعة ", beforeAmount: "، ونُقل مبلغ ", beforeMail: " من قِبل صاحب الحساب ", end: " خلال ساعة واحدة.",
		facts: "يتعلق التحقيق بالسيدة ", first: "، المشتبه في مشاركتها في التحويل (انظر المرفق).",
		long:  "تطلب السلطة حفظ البيانات مدة تسعين يوما من يوم وصول هذا الطلب، وإبلاغها فورا إذا أمكن منح مدة أطول. وتتعهد ألا تستعمل ما تتلقاه إلا في القضية المذكورة أعلاه، وأن تستأذن قبل استعماله في أي غرض آخر، وفقا للمادة 46 من الاتفاقية.",
		item1: "سجلات الاتصال بالخادم؛", item2: "الاسم الذي فُتح به الحساب.", caption: "الاتصالات", head1: "العنوان", head2: "ما شوهد", head3: "الوقت",
		row: "اتصال دام أربع دقائق", term1: "المرجع", term2: "الاستعجال", urgent: "عاجل", place: "المدينة الجديدة", function: "نائبة المدعي العام", name: "ليلى الحسّان",
	},
}
