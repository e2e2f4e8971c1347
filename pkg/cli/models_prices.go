package cli

// priceGrid lays out a model's prices. Columns that would be empty are left out.
func priceGrid(rows []priceJSON) *grid {
	columns := []struct {
		name string
		text bool
		of   func(priceJSON) string
	}{
		{"from", true, func(r priceJSON) string { return r.From }},
		{"hours (UTC)", true, func(r priceJSON) string { return r.Window }},
		{"service", true, func(r priceJSON) string {
			if r.Derived {
				return r.Service + " *"
			}
			return r.Service
		}},
		{"input above", false, func(r priceJSON) string {
			if r.Above == 0 {
				return ""
			}
			return grouped(r.Above)
		}},
		{"input", false, func(r priceJSON) string { return rate(r.Rates.Input) }},
		{"cached", false, func(r priceJSON) string { return orEmpty(rate(r.Rates.CacheRead)) }},
		{"write", false, func(r priceJSON) string { return orEmpty(rate(r.Rates.CacheWrite)) }},
		{"write 1h", false, func(r priceJSON) string { return orEmpty(rate(r.Rates.CacheWrite1h)) }},
		{"output", false, func(r priceJSON) string { return rate(r.Rates.Output) }},
		{"reasoning", false, func(r priceJSON) string { return orEmpty(rate(r.Rates.Reasoning)) }},
	}
	g := &grid{}
	cells := make([][]string, len(rows))
	for _, c := range columns {
		used := false
		for _, r := range rows {
			used = used || c.of(r) != ""
		}
		if !used {
			continue
		}
		g.header = append(g.header, c.name)
		if c.text {
			g.left++
		}
		for i, r := range rows {
			cells[i] = append(cells[i], c.of(r))
		}
	}
	for _, row := range cells {
		g.add(row...)
	}
	return g
}

func orEmpty(text string) string {
	if text == "–" {
		return ""
	}
	return text
}
