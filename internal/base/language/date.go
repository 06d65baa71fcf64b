package language

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// calendar is how a language spells dates: twelve months (in the form they have after a day), seven weekdays from
// Sunday on, and patterns with {d}, {month}, {y} and {weekday}, {date}.
type calendar struct {
	months   [12]string
	weekdays [7]string
	date     string
	long     string
}

// calendarOf returns the table of a language, and false for one without: its dates are shown as 2026-03-02.
// Arabic has both names of each month, as in the documents of the United Nations.
func calendarOf(tag Tag) (calendar, bool) {
	switch tag {
	case Arabic:
		return calendar{
			months: [12]string{
				"كانون الثاني/يناير", "شباط/فبراير", "آذار/مارس", "نيسان/أبريل", "أيار/مايو", "حزيران/يونيه",
				"تموز/يوليه", "آب/أغسطس", "أيلول/سبتمبر", "تشرين الأول/أكتوبر", "تشرين الثاني/نوفمبر", "كانون الأول/ديسمبر",
			},
			weekdays: [7]string{"الأحد", "الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت"},
			date:     "{d} {month} {y}", long: "{weekday}، {date}",
		}, true
	case Chinese:
		return calendar{
			months:   [12]string{"1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"},
			weekdays: [7]string{"星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"},
			date:     "{y}年{month}{d}日", long: "{date}{weekday}",
		}, true
	case English:
		return calendar{
			months: [12]string{
				"January", "February", "March", "April", "May", "June",
				"July", "August", "September", "October", "November", "December",
			},
			weekdays: [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
			date:     "{d} {month} {y}", long: "{weekday} {date}",
		}, true
	case French:
		return calendar{
			months: [12]string{
				"janvier", "février", "mars", "avril", "mai", "juin",
				"juillet", "août", "septembre", "octobre", "novembre", "décembre",
			},
			weekdays: [7]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"},
			date:     "{d} {month} {y}", long: "{weekday} {date}",
		}, true
	case Russian:
		return calendar{
			months: [12]string{
				"января", "февраля", "марта", "апреля", "мая", "июня",
				"июля", "августа", "сентября", "октября", "ноября", "декабря",
			},
			weekdays: [7]string{"воскресенье", "понедельник", "вторник", "среда", "четверг", "пятница", "суббота"},
			date:     "{d} {month} {y} года", long: "{weekday}, {date}",
		}, true
	case Spanish:
		return calendar{
			months: [12]string{
				"enero", "febrero", "marzo", "abril", "mayo", "junio",
				"julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
			},
			weekdays: [7]string{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"},
			date:     "{d} de {month} de {y}", long: "{weekday} {date}",
		}, true
	}
	return calendar{}, false
}

// Date spells the day of t, in t's own zone: "2 March 2026".
func (p *Printer) Date(t time.Time) Plain {
	c, ok := calendarOf(p.Tag())
	if !ok {
		return Plain(t.Format(time.DateOnly))
	}
	d := strconv.Itoa(t.Day())
	if p.Tag() == French && d == "1" {
		d = "1er"
	}
	return Plain(strings.NewReplacer("{d}", d, "{month}", c.months[t.Month()-1], "{y}", strconv.Itoa(t.Year())).Replace(c.date))
}

// LongDate spells the day of t with its weekday: "Monday 2 March 2026".
func (p *Printer) LongDate(t time.Time) Plain {
	c, ok := calendarOf(p.Tag())
	if !ok {
		return p.Date(t)
	}
	return Plain(strings.NewReplacer("{weekday}", c.weekdays[t.Weekday()], "{date}", string(p.Date(t))).Replace(c.long))
}

// When spells the instant t in its own zone, always with the offset: "2 March 2026, 14:20 (UTC+01:00)". The clock is set
// apart, so that it reads the same in every language.
func (p *Printer) When(t time.Time) Plain {
	comma := ", "
	switch p.Tag() {
	case Arabic:
		comma = "، "
	case Chinese:
		comma = " "
	}
	clock := Clock(t)
	if p.Direction() == RightToLeft {
		clock = Isolate(clock)
	}
	return p.Date(t) + Plain(comma+clock)
}

// MonthName names a month as it stands after a day ("2 марта"), for a label beside a number.
func (p *Printer) MonthName(m time.Month) string {
	c, ok := calendarOf(p.Tag())
	if !ok || m < time.January || m > time.December {
		return fmt.Sprintf("%02d", int(m))
	}
	return c.months[m-1]
}

// Clock writes the time of day of t with its offset: "14:20 (UTC+01:00)". Seconds are shown where there are any.
func Clock(t time.Time) string {
	layout := "15:04"
	if t.Second() != 0 {
		layout = "15:04:05"
	}
	return t.Format(layout) + " (UTC" + t.Format("-07:00") + ")"
}

// Instant writes t as every language reads it: "2026-03-02 14:20 (UTC+01:00)". It is an identifier, to be isolated.
func Instant(t time.Time) string { return t.Format(time.DateOnly) + " " + Clock(t) }
