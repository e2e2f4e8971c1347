package tokens

import (
	"math"
	"strings"
)

// Image is what the count of an image depends on. Detail is OpenAI's "low", "high" or "auto"; "" is auto,
// which is counted as high, with low as the band's lower end.
type Image struct {
	Width, Height int // pixels
	Detail        string
}

// CountImage counts an image by its provider's published formula. An image without a size counts nothing
// and has a note.
func (c *Counter) CountImage(img Image) Result {
	if img.Width <= 0 || img.Height <= 0 {
		return Result{Estimated: true, Encoding: c.encoding, Notes: []string{"an image without a size was not counted"}}
	}
	r := c.image(float64(img.Width), float64(img.Height), img.Detail)
	r.Encoding = c.encoding
	return r
}

func (c *Counter) image(w, h float64, detail string) Result {
	switch c.family {
	case claude:
		return claudeImage(w, h, 1568, 1600)
	case claude47:
		return claudeImage(w, h, 2576, 4784)
	case gemini:
		return c.geminiImage(w, h)
	case openAI:
		return imageRuleFor(c.model).count(w, h, detail)
	}
	return about(1000, 85, 3000) // each server has its own way
}

// imageRule is how a model of OpenAI counts images: by tiles of 512 pixels (base and tile), or by patches
// of 32 (factor and most). billed is the factor that users report from the API's usage where it is not the
// documented one, 0 for none; it makes the lower end of the band.
type imageRule struct {
	base, tile     int
	factor, billed float64
	most           int
}

// imageRuleFor has the constants of OpenAI's guide «Images and vision», Calculating costs. The reports of
// other factors for gpt-5-mini, gpt-5-nano and gpt-5.2 and later are from OpenAI's developer forum.
func imageRuleFor(model string) imageRule {
	best, rule := "", imageRule{base: 85, tile: 170}
	for _, m := range []struct {
		prefix string
		imageRule
	}{
		{"gpt-4o-mini", imageRule{base: 2833, tile: 5667}},
		{"gpt-4.1-mini", imageRule{factor: 1.62, most: 1536}},
		{"gpt-4.1-nano", imageRule{factor: 2.46, most: 1536}},
		{"o4-mini", imageRule{factor: 1.72, most: 1536}},
		{"codex-mini", imageRule{factor: 1.72, most: 1536}},
		{"gpt-5-mini", imageRule{factor: 1.62, billed: 1.2, most: 1536}},
		{"gpt-5-nano", imageRule{factor: 2.46, billed: 1.5, most: 1536}},
		{"gpt-5.1-codex-mini", imageRule{factor: 1.62, billed: 1.2, most: 1536}},
		{"gpt-5.", imageRule{factor: 1.2, billed: 1, most: 2500}},
		{"gpt-5.1", imageRule{base: 70, tile: 140}},
		{"gpt-5.2", imageRule{factor: 1.2, billed: 1, most: 1536}},
		{"gpt-5.3", imageRule{factor: 1.2, billed: 1, most: 1536}},
		{"gpt-5.4-mini", imageRule{factor: 1.62, billed: 1.2, most: 1536}},
		{"gpt-5.4-nano", imageRule{factor: 2.46, billed: 1.2, most: 1536}},
		{"gpt-5", imageRule{base: 70, tile: 140}},
		{"o1", imageRule{base: 75, tile: 150}},
		{"o3", imageRule{base: 75, tile: 150}},
		{"computer-use-preview", imageRule{base: 65, tile: 129}},
	} {
		if strings.HasPrefix(model, m.prefix) && len(m.prefix) > len(best) {
			best, rule = m.prefix, m.imageRule
		}
	}
	return rule
}

func (r imageRule) count(w, h float64, detail string) Result {
	if r.tile == 0 {
		patches := openAIPatches(w, h, r.most)
		n := int(math.Ceil(float64(patches) * r.factor))
		low := n
		if r.billed > 0 {
			low = int(float64(patches) * r.billed)
		}
		return about(n, low, n)
	}
	high := r.base + r.tile*openAITiles(w, h)
	switch detail {
	case "low":
		return about(r.base, r.base, r.base)
	case "high":
		return about(high, high, high)
	}
	return about(high, r.base, high)
}

// openAITiles: the image is made to fit 2048 × 2048, then its shorter side 768, and never larger; the
// squares of 512 pixels that cover it are counted.
func openAITiles(w, h float64) int {
	scale := min(1, 2048/max(w, h))
	w, h = w*scale, h*scale
	scale = min(1, 768/min(w, h))
	return grid(w*scale, h*scale, 512)
}

// openAIPatches: the squares of 32 pixels that cover the image. Where they are more than most, the image is
// made smaller so that they aren't, and so that one of its sides is whole squares.
func openAIPatches(w, h float64, most int) int {
	if n := grid(w, h, 32); n <= most {
		return n
	}
	r := math.Sqrt(32 * 32 * float64(most) / (w * h))
	pw, ph := w*r/32, h*r/32
	r *= min(max(math.Floor(pw), 1)/pw, max(math.Floor(ph), 1)/ph)
	return min(grid(w*r, h*r, 32), most)
}

// grid is how many squares of a side cover w × h. A hair over a whole number is the rounding of a scale.
func grid(w, h, side float64) int {
	const hair = 1e-9
	return int(max(math.Ceil(w/side-hair), 1) * max(math.Ceil(h/side-hair), 1))
}

// claudeImage follows Anthropic's «Vision»: width × height / 750, after the image is scaled to the longest
// side and the number of tokens that the model takes. The other published form, squares of 28 pixels,
// makes the band.
func claudeImage(w, h, side float64, most int) Result {
	scale := min(1, side/max(w, h), math.Sqrt(float64(most)*750/(w*h)))
	w, h = w*scale, h*scale
	n := int(math.Ceil(w*h/750 - 1e-9))
	squares := min(grid(w, h, 28), most)
	return about(n, min(n, squares), max(n, squares))
}

// geminiImage follows Google's «Understand and count tokens»: 258 tokens for an image of at most 384 pixels
// each way, else 258 for each tile of 768; and for Gemini 3 «Media resolution»: 1120 for an image by
// default, from 280 (low) to 2240 (ultra high).
func (c *Counter) geminiImage(w, h float64) Result {
	if strings.HasPrefix(c.model, "gemini-3") {
		return about(1120, 280, 2240)
	}
	if w <= 384 && h <= 384 {
		return about(258, 258, 258)
	}
	n := 258 * grid(w, h, 768)
	return about(n, 258, n+258)
}
