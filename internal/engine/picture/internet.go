package picture

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"

	"comity/internal/base/errs"
)

//go:embed data/internet.csv
var internetText string

// InternetSource names where the numbers of [Internet] come from, as its licence (CC BY 4.0) asks.
const InternetSource = "World Bank, World Development Indicators, IT.NET.USER.ZS (CC BY 4.0)"

// Indicator is a value with the year that it is of.
type Indicator struct {
	Year    int
	Percent float64
}

// Internet returns, by ISO 3166-1 alpha-3 code, the newest share of people using the Internet that is known for the
// year or one before it, since 2000. A country without any is missing.
func Internet(year int) (map[string]Indicator, error) {
	r := csv.NewReader(strings.NewReader(internetText))
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read Internet use: %w: %w", err, errs.Invalid)
	}
	out := map[string]Indicator{}
	for _, row := range rows[1:] { // the years of a country ascend
		y, err := strconv.Atoi(row[1])
		if err != nil {
			return nil, fmt.Errorf("read Internet use of %s: %w", row[0], err)
		}
		if y > year {
			continue
		}
		percent, err := strconv.ParseFloat(row[2], 64)
		if err != nil {
			return nil, fmt.Errorf("read Internet use of %s: %w", row[0], err)
		}
		out[row[0]] = Indicator{y, percent}
	}
	return out, nil
}
