package gemini_test

import (
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider/gemini"
	"github.com/llmops-toolkit/llmops/pkg/provider/providertest"
)

func open(at providertest.Target) llm.Model {
	return gemini.New(gemini.Config{BaseURL: at.BaseURL, Key: at.Key, HTTP: at.HTTP})
}

func TestConformance(t *testing.T) { providertest.Conformance(t, providertest.Gemini, open) }

func TestWireContract(t *testing.T) { providertest.WireContract(t, providertest.Gemini, open) }

func BenchmarkFirstDelta(b *testing.B) {
	providertest.BenchmarkFirstDelta(b, providertest.Gemini, open)
}
