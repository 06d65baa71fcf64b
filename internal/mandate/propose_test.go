package mandate

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"comity/internal/base/errs"
)

func data(t testing.TB) *Data {
	t.Helper()
	d, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestF4 reads the page of A/RES/65/230 in the order in which its PDF has the text: numbers before, or behind the
// first line of their paragraph.
func TestF4(t *testing.T) {
	b, err := os.ReadFile("testdata/a-res-65-230-p3.txt")
	if err != nil {
		t.Fatal(err)
	}
	list, err := data(t).Propose(string(b), "CCPCJ")
	if err != nil {
		t.Fatal(err)
	}
	var numbers []int
	for _, p := range list {
		numbers = append(numbers, p.Number)
	}
	if !slices.Equal(numbers, []int{6, 7, 8, 9}) {
		t.Fatalf("numbers %v, want 6 to 9", numbers)
	}
	op9 := list[3]
	if op9.Class != Request || op9.Verb != "Requests" || !slices.Equal(op9.To, []string{"CCPCJ"}) || !slices.Contains(op9.Deliverables, "study") {
		t.Errorf("op. 9 = %+v", op9)
	}
	if !strings.HasPrefix(op9.Text, "Requests the Commission") || !strings.HasSuffix(op9.Text, "responses to cybercrime;") || strings.Contains(op9.Text, "\n") {
		t.Errorf("op. 9 isn't whole: %q", op9.Text)
	}
	if op9.Due.String() != "before CCPCJ 20" || op9.Due.Day.Format("2006-01-02") != "2011-04-10" {
		t.Errorf("op. 9 is due %v, %v", op9.Due, op9.Due.Day)
	}
	for i, want := range []struct {
		class Class
		begin string
	}{{Invite, "Invites Member States"}, {Welcome, "Welcomes the decision"}, {Welcome, "Also welcomes the prompt"}} {
		if list[i].Class != want.class || !strings.HasPrefix(list[i].Text, want.begin) {
			t.Errorf("op. %d = %s %.40q, want %s %q", list[i].Number, list[i].Class, list[i].Text, want.class, want.begin)
		}
	}
	if strings.Contains(list[2].Text, ";3") {
		t.Errorf("op. 8 ends with a footnote's number: %q", list[2].Text)
	}
}

// TestProposeLanguages reads one exercise paragraph in six languages alike.
func TestProposeLanguages(t *testing.T) {
	for lang, text := range map[string]string{
		"en": "3. Requests the United Nations Office on Drugs and Crime, upon request, to give training to practitioners;",
		"fr": "3. Prie l’Office des Nations Unies contre la drogue et le crime de dispenser, sur demande, une formation aux praticiens;",
		"es": "3. Solicita a la Oficina de las Naciones Unidas contra la Droga y el Delito que imparta, previa solicitud, capacitación;",
		"ru": "3. просит Управление Организации Объединенных Наций по наркотикам и преступности обеспечить по запросу подготовку кадров;",
		"ar": "3. تطلب إلى مكتب الأمم المتحدة المعني بالمخدرات والجريمة أن يقدم، بناء على طلب الدول، التدريب للممارسين؛",
		"zh": "3. 请联合国毒品和犯罪问题办公室应请求向从业人员提供培训；",
	} {
		list, err := data(t).Propose(text, "CCPCJ")
		if err != nil || len(list) != 1 {
			t.Errorf("%s: %v, %v", lang, list, err)
			continue
		}
		p := list[0]
		if p.Number != 3 || p.Class != Request || !slices.Equal(p.To, []string{"UNODC"}) || !slices.Equal(p.Deliverables, []string{"training"}) || !slices.Equal(p.Conditions, []string{"upon request"}) {
			t.Errorf("%s: %+v", lang, p)
		}
	}
}

func TestProposeRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"no number":     "Requests the Secretariat to report.",
		"nothing":       "",
		"too long":      strings.Repeat("9. Requests that; ", MaxPaste/10),
		"not readable":  "9. Requests \xff;",
		"only a symbol": "A/RES/65/230\n3\n",
	} {
		if list, err := data(t).Propose(text, "CCPCJ"); !errors.Is(err, errs.Invalid) || len(errs.Fields(err)) != 1 {
			t.Errorf("%s: %v, %v, want a field", name, list, err)
		}
	}
}

func FuzzPropose(f *testing.F) {
	f.Add("9.\nRequests the Commission\nto study;\n")
	f.Add("Welcomes\n7.\nthe decision;\n第3. 请秘书处；")
	d := data(f)
	f.Fuzz(func(t *testing.T, s string) {
		list, err := d.Propose(s, "CCPCJ")
		if err == nil && (len(list) == 0 || len(list) > maxParas) {
			t.Errorf("%d paragraphs and no error", len(list))
		}
	})
}

func TestLoad(t *testing.T) {
	d := data(t)
	for _, want := range []string{"A/RES/64/179", "A/RES/65/230", "CCPCJ 20/7", "CCPCJ 22/7", "CCPCJ 22/8"} {
		i := slices.IndexFunc(d.Documents, func(x Document) bool { return x.Symbol == want })
		if i < 0 {
			t.Errorf("%s is missing", want)
			continue
		}
		for _, p := range d.Documents[i].Paras {
			if (p.Number == 0) == p.Checked {
				t.Errorf("%s: number %d, checked %v", p.Name(), p.Number, p.Checked)
			}
		}
	}
}
