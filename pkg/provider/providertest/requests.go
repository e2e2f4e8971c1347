package providertest

import "github.com/llmops-toolkit/llmops/pkg/llm"

// parameters sets everything that shapes an answer. The temperature is 0, which is not the same as none.
func parameters() *llm.Request {
	temperature, topP, seed := 0.0, 0.9, int64(7)
	return &llm.Request{
		Messages: []llm.Message{
			llm.Text(llm.RoleSystem, "You are brief."),
			llm.Text(llm.RoleUser, "Hello"),
			llm.Text(llm.RoleAssistant, "Hi."),
			llm.Text(llm.RoleSystem, "Answer in Turkish from now on."),
			llm.Text(llm.RoleUser, "How are <you> & yours?"),
		},
		Temperature: &temperature, TopP: &topP, MaxTokens: 256, Stop: []string{"END", "###"}, Seed: &seed,
	}
}

// toolResult answers two parallel calls: one result is an error, the other is empty. A third call had
// arguments that are not JSON.
func toolResult() *llm.Request {
	call := func(id, name, arguments string) llm.Part {
		return llm.Part{ToolCall: &llm.ToolCall{ID: id, Name: name, Arguments: arguments}}
	}
	result := func(id, name, content string, isError bool) llm.Message {
		r := &llm.ToolResult{ID: id, Name: name, Content: content, IsError: isError}
		return llm.Message{Role: llm.RoleTool, Parts: []llm.Part{{ToolResult: r}}}
	}
	return &llm.Request{
		Messages: []llm.Message{
			llm.Text(llm.RoleUser, "What is the weather in Ankara and what time is it?"),
			{Role: llm.RoleAssistant, Parts: []llm.Part{
				{Text: "Let me look."},
				call("toolu_1", "get_weather", `{"city":"Ankara"}`),
				call("toolu_2", "get_time", ""),
			}},
			result("toolu_1", "get_weather", "no such station", true),
			result("toolu_2", "", "", false),
			{Role: llm.RoleAssistant, Parts: []llm.Part{call("toolu_3", "get_weather", `{"city":`)}},
			result("toolu_3", "get_weather", `{"celsius": 31}`, false),
		},
		Tools: tools(), ToolChoice: "auto",
	}
}

// image sends one image by value and one by address. The bytes are the start of a PNG file.
func image() *llm.Request {
	return &llm.Request{Messages: []llm.Message{{Role: llm.RoleUser, Parts: []llm.Part{
		{Text: "Compare these."},
		{Media: &llm.Media{MIME: "image/png", Data: []byte("\x89PNG\r\n\x1a\n")}},
		{Media: &llm.Media{MIME: "image/jpeg", URL: "https://example.com/cat.jpg"}},
	}}}}
}

// reasoning sends thinking back that came before a tool call, as the provider that signed it wants.
func reasoning() *llm.Request {
	return &llm.Request{
		Messages: []llm.Message{
			llm.Text(llm.RoleUser, "Is it warm in Ankara?"),
			{Role: llm.RoleAssistant, Parts: []llm.Part{
				{Reasoning: &llm.Reasoning{Text: "I need the weather.", Signature: "c2lnbmF0dXJl"}},
				{ToolCall: &llm.ToolCall{ID: "toolu_1", Name: "get_weather", Arguments: `{"city":"Ankara"}`}},
			}},
			{Role: llm.RoleTool, Parts: []llm.Part{{ToolResult: &llm.ToolResult{ID: "toolu_1", Content: "31 degrees"}}}},
		},
		Tools: tools(),
	}
}

// providerOnly sends back what each provider alone has said before, of which each takes only its own.
func providerOnly() *llm.Request {
	extra := func(provider, kind, data string) llm.Part {
		return llm.Part{Extra: &llm.Extra{Provider: provider, Type: kind, Data: []byte(data)}}
	}
	return &llm.Request{
		Messages: []llm.Message{
			llm.Text(llm.RoleUser, "Search and compute."),
			{Role: llm.RoleAssistant, Parts: []llm.Part{
				extra("anthropic", "server_tool_use", `{"type":"server_tool_use","id":"srvtoolu_0","name":"web_search","input":{"query":"x"}}`),
				extra("gemini", "executableCode", `{"language":"PYTHON","code":"print(1)"}`),
				{Text: "Found."},
				extra("anthropic", "citations", `[]`),
				extra("openai", "refusal", `"Not that."`),
				extra("gemini", "groundingMetadata", `{}`),
			}},
			llm.Text(llm.RoleUser, "Again."),
		},
		Tools: tools(),
	}
}
