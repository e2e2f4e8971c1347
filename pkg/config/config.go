// Package config turns flags' defaults, the environment, .env, llmops.yaml and the user's own file into
// one plain struct. It is the only reader of the environment. Start with Load.
//
// Precedence, highest first: flags (applied by the caller), environment, the project's .env, the
// project's llmops.yaml, the user's file ($XDG_CONFIG_HOME/llmops/config.yaml), built-in defaults. Maps
// merge by key; an entry is replaced as a whole.
package config

import (
	"time"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Config is every setting. The yaml tags are the documented keys; Keys lists them with their meaning.
type Config struct {
	Model    string `yaml:"model"`
	Tenant   string `yaml:"tenant"`
	Project  string `yaml:"project"`
	Prompts  string `yaml:"prompts"`
	Evalsets string `yaml:"evalsets"`
	State    string `yaml:"state"`

	Providers map[string]Provider `yaml:"providers"`
	Models    map[string]Model    `yaml:"models"`
	Prices    yaml.Node           `yaml:"prices"` // overrides of the price catalog, as pricing.ParseOverrides reads them

	Route []RouteRule `yaml:"route"` // which model answers where the model is "auto"

	Fallbacks              Chains `yaml:"fallbacks"`
	ContextWindowFallbacks Chains `yaml:"context_window_fallbacks"`
	ContentFilterFallbacks Chains `yaml:"content_filter_fallbacks"`

	Context Context  `yaml:"context"`
	Timeout Timeouts `yaml:"timeout"`
	Breaker Breaker  `yaml:"breaker"`
	Retry   Retry    `yaml:"retry"`
	Ledger  Ledger   `yaml:"ledger"`
	Cache   Cache    `yaml:"cache"`
	Quotas  Quotas   `yaml:"quotas"`
	Redis   Redis    `yaml:"redis"`
	Eval    Eval     `yaml:"eval"`

	// Root is the project's directory: the nearest one upwards that holds llmops.yaml, else the
	// working directory. Prompts, Evalsets and State are absolute after Load.
	Root string `yaml:"-"`
	// PriceFiles are the prices of each file that has some, the weakest first.
	PriceFiles []PriceOverrides `yaml:"-"`

	env     *environment
	origins map[string]string
}

// Provider is an entry under providers: a server, and how to reach it.
type Provider struct {
	Kind       string                `yaml:"kind"` // openai, anthropic, gemini or azure
	BaseURL    string                `yaml:"base_url"`
	APIKeyEnv  string                `yaml:"api_key_env"`
	KeyCommand string                `yaml:"key_command"`
	Headers    map[string]llm.Secret `yaml:"headers"`
	Query      map[string]string     `yaml:"query"`
	Options    map[string]any        `yaml:"options"`
	Timeout    Timeouts              `yaml:"timeout"`
}

// Model is an entry under models: another name for a model, or options that go with one.
type Model struct {
	Model       string         `yaml:"model"` // the reference it stands for; empty: the entry's own name
	Temperature *float64       `yaml:"temperature"`
	TopP        *float64       `yaml:"top_p"`
	MaxTokens   int            `yaml:"max_tokens"`
	Options     map[string]any `yaml:"options"`

	Deployments []Deployment `yaml:"deployments"` // that serve it, in place of Model
	Balance     string       `yaml:"balance"`     // which of them is asked: weighted, least_busy or lowest_latency
}

// PriceOverrides is the prices: mapping of one file.
type PriceOverrides struct {
	File string
	Node *yaml.Node
}

// Timeouts of a call; 0 means the default.
type Timeouts struct {
	FirstByte time.Duration `yaml:"first_byte"`
	Idle      time.Duration `yaml:"idle"`
	Total     time.Duration `yaml:"total"`
}

// Retry bounds how a failed call is tried again; 0 means the default.
type Retry struct {
	Attempts      int           `yaml:"attempts"`
	Base          time.Duration `yaml:"base"`
	MaxWait       time.Duration `yaml:"max_wait"`
	MaxRetryAfter time.Duration `yaml:"max_retry_after"`
	Total         time.Duration `yaml:"total"`
	TotalAttempts int           `yaml:"total_attempts"`
}

// Ledger says what is kept of a call.
type Ledger struct {
	Off   bool   `yaml:"off"`
	Texts string `yaml:"texts"` // off, hashed, redacted or full
	// KeepDays and KeepTextsDays are after how many days calls, and texts with conversations, are deleted;
	// 0 means never.
	KeepDays      int `yaml:"keep_days"`
	KeepTextsDays int `yaml:"keep_texts_days"`
}

// Eval holds the defaults of eval runs.
type Eval struct {
	Concurrency int    `yaml:"concurrency"`
	JudgeModel  string `yaml:"judge_model"` // for judges of which neither the scorer nor the prompt names a model
	AllowExec   bool   `yaml:"allow_exec"`  // scorers may run commands
}

// Default is the configuration when nothing says otherwise.
func Default() *Config {
	return &Config{
		Tenant: "default", Prompts: "prompts", Evalsets: "evalsets", State: ".llmops",
		Timeout: Timeouts{FirstByte: 5 * time.Minute, Idle: time.Minute, Total: 15 * time.Minute},
		Retry: Retry{
			Attempts: 4, Base: 500 * time.Millisecond, MaxWait: 8 * time.Second,
			MaxRetryAfter: time.Minute, Total: 10 * time.Minute,
		},
		Context: Context{Strategy: "error", ReserveOutput: 1024},
		Breaker: Breaker{Failures: 5, Cooldown: 30 * time.Second},
		Ledger:  Ledger{Texts: "full"},
		Cache:   Cache{Store: "sqlite", TTL: 30 * 24 * time.Hour, MaxMB: 512, OnError: "open"},
		Quotas:  Quotas{Store: "sqlite", OnError: "closed", MaxWait: 10 * time.Minute, Soft: 0.8},
		Redis:   Redis{Namespace: "llmops", Pool: 10, Timeout: time.Second},
		Eval:    Eval{Concurrency: 8},
	}
}
