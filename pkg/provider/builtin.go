package provider

// builtin is the list of providers that need no entry in llmops.yaml, most with nothing but a key.
func builtin() []Entry {
	local := func(name, url, key string) Entry {
		return Entry{Name: name, Kind: OpenAI, BaseURL: url, APIKeyEnv: key, KeyOptional: true}
	}
	hosted := func(name, url, key string) Entry {
		return Entry{Name: name, Kind: OpenAI, BaseURL: url, APIKeyEnv: key}
	}
	return []Entry{
		{Name: "anthropic", Kind: Anthropic, BaseURL: "https://api.anthropic.com", APIKeyEnv: "ANTHROPIC_API_KEY"},
		{Name: "gemini", Kind: Gemini, BaseURL: "https://generativelanguage.googleapis.com/v1beta", APIKeyEnv: "GEMINI_API_KEY"},
		{Name: "azure", Kind: Azure, APIKeyEnv: "AZURE_OPENAI_API_KEY"}, // its base_url is the user's own
		hosted("openai", "https://api.openai.com/v1", "OPENAI_API_KEY"),

		local("ollama", "http://127.0.0.1:11434/v1", "OLLAMA_API_KEY"),
		local("vllm", "http://127.0.0.1:8000/v1", "VLLM_API_KEY"),
		local("tgi", "http://127.0.0.1:8080/v1", "TGI_API_KEY"),
		local("llamacpp", "http://127.0.0.1:8080/v1", "LLAMACPP_API_KEY"),
		local("lmstudio", "http://127.0.0.1:1234/v1", "LMSTUDIO_API_KEY"),

		hosted("cerebras", "https://api.cerebras.ai/v1", "CEREBRAS_API_KEY"),
		hosted("cohere", "https://api.cohere.ai/compatibility/v1", "COHERE_API_KEY"),
		hosted("deepseek", "https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
		hosted("fireworks", "https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY"),
		hosted("groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY"),
		hosted("huggingface", "https://router.huggingface.co/v1", "HF_TOKEN"),
		hosted("mistral", "https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
		hosted("moonshot", "https://api.moonshot.ai/v1", "MOONSHOT_API_KEY"),
		hosted("nvidia", "https://integrate.api.nvidia.com/v1", "NVIDIA_API_KEY"),
		hosted("openrouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
		hosted("perplexity", "https://api.perplexity.ai", "PERPLEXITY_API_KEY"),
		hosted("together", "https://api.together.xyz/v1", "TOGETHER_API_KEY"),
		hosted("xai", "https://api.x.ai/v1", "XAI_API_KEY"),
	}
}

func builtinEntry(name string) (Entry, bool) {
	for _, e := range builtin() {
		if e.Name == name {
			return e, true
		}
	}
	return Entry{}, false
}
