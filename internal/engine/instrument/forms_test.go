package instrument

import (
	"testing"
	"testing/fstest"
	"time"
)

var now = time.Date(2026, time.November, 24, 12, 0, 0, 0, time.UTC)

const coverCSV = `type,name,label,hint,required,relevant,constraint,constraint_message,calculation,choice_filter,default,appearance,section,parameters
begin_group,request,,,,,,,,,,,,
select_one states,state,Requested State,,yes,,,,,,,,authorities,
select_one authorities,authority,Authority in ${state},,yes,,,,,state = ${state},,,,
date,date,Date,,yes,,. <= today(),A request can't be dated in the future.,,,today(),,,
text,summary,Facts,,yes,,,,,,,multiline,facts,max-length=200
select_one yes_no,urgent,Is it urgent?,,yes,,,,,,no,,urgency,
text,reason,Why is it urgent?,,yes,${urgent} = 'yes',,,,,,,,
calculate,count,,,,,,,count(../measure),,,,,
begin_repeat,measure,Measure,,,,,,,,,,measures,min=1 max=3
select_one types,@type,Type of measure,,yes,,,,,,,,,
text,text,What is asked,,yes,,,,,,,,,
end_repeat,,,,,,,,,,,,,
end_group,,,,,,,,,,,,,
`

const choicesCSV = `list_name,name,label,state
states,PT,Portugal,
states,KE,Kenya,
authorities,pgr,Office of the Prosecutor-General,PT
authorities,ag,Attorney-General,KE
types,produce.subscriber,Subscriber information,
types,preserve.stored,Preservation,
yes_no,yes,Yes,
yes_no,no,No,
`

const subscriberCSV = `type,name,label,hint,required,relevant,constraint,constraint_message,calculation,choice_filter,default,appearance,section,parameters
begin_repeat,selector,Selector,,,,,,,,,,,
select_one kinds,@kind,Kind,,yes,,,,,,,,,
text,value,Value of selector,,yes,,,,,,,,,
dateTime,instant,When was ${value} used?,,${@kind} = 'ipv4',${@kind} = 'ipv4',,,,,,,,
text,instant/@source,Source of the clock,,,,,,,,,,,
end_repeat,,,,,,,,,,,,,
select_multiple elements,elements,Elements,,yes,,,,,,,,,
integer,days,Days,,,,. > 0 and . <= 60,Between 1 and 60 days.,,,,,,
`

const subscriberChoicesCSV = `list_name,name,label
kinds,ipv4,IPv4 address
kinds,email,E-mail address
elements,name,Name
elements,address,Address
`

const preserveCSV = `type,name,label,required,relevant
text,necessity,Why must it be preserved?,yes,
acknowledge,intent,A request will follow,yes,/request/urgent = 'no'
`

func forms() fstest.MapFS {
	files := map[string]string{
		"cover/form.csv": coverCSV, "cover/choices.csv": choicesCSV,
		"cover/sections.csv":     "name,label\nauthorities,Authorities\nfacts,Facts of the case\nurgency,Urgency\nmeasures,What we ask\n",
		"subscriber/form.csv":    subscriberCSV,
		"subscriber/choices.csv": subscriberChoicesCSV, "preserve/form.csv": preserveCSV,
	}
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

func part(t testing.TB, name string) *Part {
	t.Helper()
	p, err := ReadPart(forms(), name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// requestForm is the cover with the forms of two types of measures.
func requestForm(t testing.TB) *Instrument {
	t.Helper()
	in, err := Options{}.Compose(part(t, "cover"), "request/measure", map[string][]*Part{
		"produce.subscriber": {part(t, "subscriber")}, "preserve.stored": {part(t, "preserve")},
	})
	if err != nil {
		t.Fatal(err, in.Check())
	}
	return in
}

func answers(t testing.TB, pairs ...string) Answers {
	t.Helper()
	a := NewAnswers()
	for i := 0; i < len(pairs); i += 2 {
		if err := a.Set(pairs[i], pairs[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

func plain(s string) string { return s }

// exercise is a request with one measure that lacks a few things.
func exercise(t testing.TB) Answers {
	return answers(t,
		"request/state", "PT", "request/authority", "pgr", "request/date", "2026-11-24", "request/summary", "Exercise.",
		"request/urgent", "yes",
		"request/measure[1]/@type", "produce.subscriber", "request/measure[1]/text", "Who used the address?",
		"request/measure[1]/selector[1]/@kind", "ipv4", "request/measure[1]/selector[1]/value", "203.0.113.7",
		"request/measure[1]/selector[2]/@kind", "email", "request/measure[1]/selector[2]/value", "a@b.example",
		"request/measure[1]/days", "90",
		"request/measure[2]/@type", "preserve.stored")
}
