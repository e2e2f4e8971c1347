// Command gen writes the price catalog that pkg/pricing embeds. It takes facts (prices, limits, dates,
// capabilities, names) from two public tables, whose paths are its arguments, and writes them in our own
// line format; nothing else of the tables is kept:
//
//	GENAI_PRICES=$PWD/data.json GENAI_VERSION=0.1.8 GENAI_DATE=2026-09-23 \
//	    LITELLM_PRICES=$PWD/model_prices_and_context_window.json make prices
//
// The first table decides on prices, because it is dated; the second adds service prices (batch, flex,
// priority), limits, deprecation dates and capabilities, and the models that the first does not have.
package main

import (
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

type options struct {
	genai, genaiVersion, genaiDate string
	litellm                        string
	out                            string
}

func main() {
	var o options
	flag.StringVar(&o.genai, "genai", "", "data.json of @pydantic/genai-prices")
	flag.StringVar(&o.genaiVersion, "genai-version", "", "its version")
	flag.StringVar(&o.genaiDate, "genai-date", "", "the day it was published, which becomes the catalog's")
	flag.StringVar(&o.litellm, "litellm", "", "LiteLLM's model_prices_and_context_window.json")
	flag.StringVar(&o.out, "out", "pkg/pricing/catalog.txt", "the catalog to write")
	flag.Parse()
	if err := run(o, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(o options, log io.Writer) error {
	if o.genai == "" || o.litellm == "" || o.genaiVersion == "" || o.genaiDate == "" {
		return errors.New("want the public tables: -genai FILE -genai-version 0.1.8 -genai-date 2026-09-23 -litellm FILE, " +
			"or GENAI_PRICES, GENAI_VERSION, GENAI_DATE and LITELLM_PRICES in the environment of `make prices`")
	}
	text, err := build(o, log)
	if err != nil {
		return err
	}
	tmp := filepath.Join(filepath.Dir(o.out), "."+filepath.Base(o.out)+".tmp")
	if err := os.WriteFile(tmp, []byte(text), 0o644); err != nil {
		return err
	}
	return os.Rename(tmp, o.out)
}

// build makes the catalog's text. Equal inputs give equal bytes.
func build(o options, log io.Writer) (string, error) {
	first, err := os.ReadFile(o.genai)
	if err != nil {
		return "", err
	}
	second, err := os.ReadFile(o.litellm)
	if err != nil {
		return "", err
	}
	c, err := readGenai(first)
	if err != nil {
		return "", fmt.Errorf("%s: %w", o.genai, err)
	}
	rows, err := readLitellm(second)
	if err != nil {
		return "", fmt.Errorf("%s: %w", o.litellm, err)
	}
	c.enrich(rows)
	c.discounts()
	var b strings.Builder
	header(&b, o, first, second)
	c.write(&b)
	fmt.Fprintf(log, "gen: %d providers, %d models, %d bytes; %d rows of the second table agree on the price, %d do not\n",
		len(c.order), c.models(), b.Len(), c.agree, c.disagree)
	return b.String(), nil
}

func header(b *strings.Builder, o options, first, second []byte) {
	fmt.Fprintf(b, "# llmops price catalog, format 1. Made by `make prices`; do not edit.\n")
	fmt.Fprintf(b, "# date %s\n", o.genaiDate)
	fmt.Fprintf(b, "# source @pydantic/genai-prices %s, published %s, MIT, sha256 %.12x: prices with their dates, tiers and names\n",
		o.genaiVersion, o.genaiDate, sha256.Sum256(first))
	fmt.Fprintf(b, "# source LiteLLM model_prices_and_context_window.json, MIT, sha256 %.12x: batch, flex and priority prices, limits, deprecation dates, capabilities, more models\n",
		sha256.Sum256(second))
	b.WriteString("# Prices are US dollars per million tokens. A tier (>N) is the price of the whole request when its input\n")
	b.WriteString("# is above N tokens: both sources and every provider in them bill so, none by the slice.\n")
	b.WriteString("# Columns: id, other names and patterns, facts, prices.\n")
}
