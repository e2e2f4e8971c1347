package tokens

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"
)

// TestCountImage checks the examples of the providers' documentation, and edges.
func TestCountImage(t *testing.T) {
	for _, test := range []struct {
		name, model     string
		img             Image
		low, want, high int
	}{
		{"documented: 1024 square, high", "gpt-4o", Image{1024, 1024, "high"}, 765, 765, 765},
		{"documented: 2048 × 4096, high", "gpt-4o", Image{2048, 4096, "high"}, 1105, 1105, 1105},
		{"documented: 4096 × 8192, low", "gpt-4o", Image{4096, 8192, "low"}, 85, 85, 85},
		{"auto is high, and low the band's end", "gpt-4.1", Image{1024, 1024, "auto"}, 85, 765, 765},
		{"one tile", "gpt-4o", Image{128, 64, "high"}, 255, 255, 255},
		{"4o-mini", "gpt-4o-mini", Image{512, 512, "high"}, 8500, 8500, 8500},
		{"gpt-5", "gpt-5", Image{512, 512, "high"}, 210, 210, 210},
		{"o3", "o3", Image{512, 512, "low"}, 75, 75, 75},
		{"documented: 1024 patches by 1.62", "gpt-4.1-mini", Image{1024, 1024, ""}, 1659, 1659, 1659},
		{"documented: 1800 × 2400 is 1452 patches", "gpt-4.1-nano", Image{1800, 2400, ""}, 3572, 3572, 3572},
		{"o4-mini", "o4-mini", Image{32, 32, ""}, 2, 2, 2},
		{"reported otherwise than documented", "gpt-5-mini", Image{1024, 1024, ""}, 1228, 1659, 1659},
		{"a line", "gpt-4.1-mini", Image{100_000, 1, ""}, 2489, 2489, 2489},
		{"documented: 1092 square", "claude-sonnet-4-5", Image{1092, 1092, ""}, 1521, 1590, 1590},
		{"documented: 200 square", "claude-sonnet-4-5", Image{200, 200, ""}, 54, 54, 64},
		{"made smaller", "claude-sonnet-4-5", Image{8000, 8000, ""}, 1600, 1600, 1600},
		{"more for 4.7", "claude-opus-4-7", Image{8000, 8000, ""}, 4624, 4784, 4784},
		{"documented: small", "gemini-2.5-flash", Image{384, 384, ""}, 258, 258, 258},
		{"six tiles", "gemini-2.5-flash", Image{1980, 1380, ""}, 258, 1548, 1806},
		{"documented: default of Gemini 3", "gemini-3-pro-preview", Image{640, 480, ""}, 280, 1120, 2240},
		{"no size", "gpt-4o", Image{}, 0, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := For(test.model)
			if err != nil {
				t.Fatal(err)
			}
			r := c.CountImage(test.img)
			if r.Low != test.low || r.Tokens != test.want || r.High != test.high || !r.Estimated {
				t.Errorf("got %d, %d, %d; want %d, %d, %d", r.Low, r.Tokens, r.High, test.low, test.want, test.high)
			}
		})
	}
}

func testPNG(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestImageSize(t *testing.T) {
	var jpg, gf bytes.Buffer
	if err := jpeg.Encode(&jpg, image.NewGray(image.Rect(0, 0, 31, 17)), nil); err != nil {
		t.Fatal(err)
	}
	if err := gif.Encode(&gf, image.NewGray(image.Rect(0, 0, 300, 5)), nil); err != nil {
		t.Fatal(err)
	}
	webp := func(chunk string, data ...byte) []byte {
		b := append([]byte("RIFF\x00\x00\x00\x00WEBP"+chunk+"\x00\x00\x00\x00"), data...)
		return append(b, make([]byte, 12)...)
	}
	lossless, err := base64.StdEncoding.DecodeString("UklGRiIAAABXRUJQVlA4TBYAAAAvAAAAAAfQ//73v/+BiOh/AAAAAAAA") // 1 × 1
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		data []byte
		w, h int
	}{
		{"png", testPNG(t, 640, 480), 640, 480},
		{"jpeg", jpg.Bytes(), 31, 17},
		{"gif", gf.Bytes(), 300, 5},
		{"webp lossless", lossless, 1, 1},
		{"webp lossy", webp("VP8 ", 0, 0, 0, 0x9d, 1, 0x2a, 0x20, 0x03, 0x58, 0x02), 800, 600},
		{"webp extended", webp("VP8X", 0, 0, 0, 0, 0x1f, 3, 0, 0x57, 2, 0), 800, 600},
		{"cut", testPNG(t, 640, 480)[:20], 0, 0},
		{"text", []byte("hello"), 0, 0},
		{"nothing", nil, 0, 0},
	} {
		w, h, ok := imageSize(test.data)
		if ok != (test.w > 0) || ok && (w != test.w || h != test.h) {
			t.Errorf("%s: got %d × %d %v, want %d × %d", test.name, w, h, ok, test.w, test.h)
		}
	}
}

func FuzzImageSize(f *testing.F) {
	f.Add(testPNG(f, 3, 2))
	f.Add([]byte("\xff\xd8\xff\xe0\x00\x04\x00\x00\xff\xc0\x00\x11\x08\x00\x10\x00\x20"))
	f.Add([]byte("RIFF\x00\x00\x00\x00WEBPVP8X0123456789012345"))
	f.Add([]byte("\xff\xd8\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if w, h, ok := imageSize(b); ok && (w <= 0 || h <= 0) {
			t.Errorf("%d × %d", w, h)
		}
	})
}
