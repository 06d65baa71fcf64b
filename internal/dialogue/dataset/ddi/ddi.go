// Package ddi writes what a dataset is and what its variables mean as DDI Codebook 2.5, the form in which data archives
// describe surveys.
package ddi

import (
	"encoding/xml"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Namespace of DDI Codebook 2.5.
const Namespace = "ddi:codebook:2_5"

// Codebook is what is written.
type Codebook struct {
	Title, Lang, Producer, Date, Abstract, Notes string
	Version                                      string // digest of the dataset
	Cases                                        int
	Files                                        []File
	Vars                                         []Var
}

// File is a file in which the variables stand. Its variables are those that name its ID, in their order.
type File struct {
	ID, Name, Type string
}

// Var is one variable, as the files write it that it names: one that two files write differently is there twice.
type Var struct {
	Name, Label, Question string
	Text                  bool
	Files                 []string
	Categories            []Category
}

// Category is one value with its label; Missing says that it stands for no answer.
type Category struct {
	Value, Label string
	Missing      bool
	N            int // how many, −1 when it isn't told
}

type text struct {
	Lang string `xml:"xml:lang,attr,omitempty"`
	Text string `xml:",chardata"`
}

type citation struct {
	Title    string `xml:"titlStmt>titl"`
	Producer string `xml:"prodStmt>producer,omitempty"`
	Date     string `xml:"prodStmt>prodDate,omitempty"`
	Version  string `xml:"verStmt>version,omitempty"`
}

type category struct {
	Missing string `xml:"missing,attr,omitempty"`
	Value   string `xml:"catValu"`
	Label   text   `xml:"labl"`
	Freq    *stat  `xml:"catStat,omitempty"`
}

type stat struct {
	Type string `xml:"type,attr"`
	N    int    `xml:",chardata"`
}

type variable struct {
	ID         string     `xml:"ID,attr"`
	Files      string     `xml:"files,attr,omitempty"`
	Name       string     `xml:"name,attr"`
	Interval   string     `xml:"intrvl,attr"`
	Label      text       `xml:"labl"`
	Question   *text      `xml:"qstn>qstnLit,omitempty"`
	Categories []category `xml:"catgry"`
	Format     format     `xml:"varFormat"`
}

type format struct {
	Type string `xml:"type,attr"`
}

type file struct {
	ID    string `xml:"ID,attr"`
	Name  string `xml:"fileTxt>fileName"`
	Cases int    `xml:"fileTxt>dimensns>caseQnty"`
	Vars  int    `xml:"fileTxt>dimensns>varQnty"`
	Type  string `xml:"fileTxt>fileType"`
}

type codebook struct {
	XMLName  xml.Name   `xml:"codeBook"`
	NS       string     `xml:"xmlns,attr"`
	Version  string     `xml:"version,attr"`
	Lang     string     `xml:"xml:lang,attr,omitempty"`
	Citation citation   `xml:"stdyDscr>citation"`
	Abstract *text      `xml:"stdyDscr>stdyInfo>abstract,omitempty"`
	Notes    *text      `xml:"stdyDscr>notes,omitempty"`
	Files    []file     `xml:"fileDscr"`
	Vars     []variable `xml:"dataDscr>var"`
}

// Write writes the codebook; the same one gives the same bytes.
func Write(w io.Writer, c Codebook) error {
	doc := codebook{NS: Namespace, Version: "2.5", Lang: c.Lang, Citation: citation{c.Title, c.Producer, c.Date, c.Version}}
	for _, f := range c.Files {
		x := file{ID: f.ID, Name: f.Name, Cases: c.Cases, Type: f.Type}
		for _, v := range c.Vars {
			if slices.Contains(v.Files, f.ID) {
				x.Vars++
			}
		}
		doc.Files = append(doc.Files, x)
	}
	if c.Abstract != "" {
		doc.Abstract = &text{c.Lang, c.Abstract}
	}
	if c.Notes != "" {
		doc.Notes = &text{c.Lang, c.Notes}
	}
	for i, v := range c.Vars {
		doc.Vars = append(doc.Vars, v.write(i, c.Lang))
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", " ")
	if err := e.Encode(doc); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (v Var) write(i int, lang string) variable {
	x := variable{ID: "V" + strconv.Itoa(i+1), Files: strings.Join(v.Files, " "), Name: v.Name, Interval: "discrete", Label: text{lang, v.Label}, Format: format{"numeric"}}
	if v.Text {
		x.Format.Type = "character"
	}
	if v.Question != "" && v.Question != v.Label {
		x.Question = &text{lang, v.Question}
	}
	for _, k := range v.Categories {
		cat := category{Value: k.Value, Label: text{lang, k.Label}}
		if k.Missing {
			cat.Missing = "Y"
		}
		if k.N >= 0 {
			cat.Freq = &stat{"freq", k.N}
		}
		x.Categories = append(x.Categories, cat)
	}
	return x
}
