package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// answerWith is a server in one func, without a socket.
type answerWith func(*http.Request) *http.Response

func (f answerWith) RoundTrip(r *http.Request) (*http.Response, error) {
	resp := f(r)
	resp.Request = r
	return resp, nil
}

func response(status int, body io.Reader, header ...string) *http.Response {
	h := http.Header{}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(body)}
}

func request(t testing.TB, stream bool) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://provider.test/v1/chat/completions", strings.NewReader(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer canary-key-123")
	if stream {
		r.Header.Set("Accept", "text/event-stream")
	}
	return r
}

// exchangeOnce gives what a client above the wire reads, and the error that RoundTrip or Read ended in.
func exchangeOnce(t testing.TB, c Config, stream bool, resp *http.Response) (string, error) {
	t.Helper()
	c.Provider, c.Base = "p", answerWith(func(*http.Request) *http.Response { return resp })
	got, err := New(c).RoundTrip(request(t, stream))
	if err != nil {
		return "", err
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	return string(body), err
}

const (
	finished = `{"choices":[{"finish_reason":"stop"}]}`
	going    = `{"choices":[{"delta":{"content":"a"},"finish_reason":null}]}`
	done     = "data: [DONE]\n\n"
)

func TestNormalForm(t *testing.T) {
	const sse = "text/event-stream"
	whole := "data: " + finished + "\n\n" + done
	for name, c := range map[string]struct {
		dialect  Dialect
		label    string
		in, want string
	}{
		"openai":               {OpenAI, sse, whole, whole},
		"labelled text":        {OpenAI, "text/plain; charset=utf-8", whole, whole},
		"labelled JSON":        {OpenAI, "application/json", whole, whole},
		"no label":             {OpenAI, "", whole, whole},
		"blank lines first":    {OpenAI, "", "\r\n\n" + whole, whole},
		"lines of JSON":        {OpenAI, "application/x-ndjson", going + "\n" + finished + "\n", "data: " + going + "\n\n" + whole},
		"lines, no last end":   {OpenAI, "application/jsonl", going + "\n" + finished, "data: " + going + "\n\n" + whole},
		"done without a blank": {OpenAI, sse, "data: " + finished + "\n\ndata: [DONE]", whole},
		"finish, no blank":     {OpenAI, sse, "data: " + finished + "\n", whole},
		"no blank lines":       {OpenAI, sse, "data: " + going + "\ndata: " + finished + "\ndata: [DONE]\n", "data: " + going + "\n\n" + whole},
		"over lines":           {OpenAI, sse, "data: {\"choices\": [\ndata: {\"finish_reason\": \"stop\"}]}\n\n", whole},
		"after done":           {OpenAI, sse, whole + "data: {\"late\":1}\n\n", whole},
		"usage after finish":   {OpenAI, sse, "data: " + finished + "\n\ndata: {\"choices\":[],\"usage\":{}}\n\n", "data: " + finished + "\n\ndata: {\"choices\":[],\"usage\":{}}\n\n" + done},
		"empty data, ids":      {OpenAI, sse, "id: 1\nretry: 5\ndata:\n\nevent: x\ndata: " + finished + "\n\n", whole},
		"error null":           {OpenAI, sse, "data: {\"error\":null,\"choices\":[{\"finish_reason\":\"stop\"}]}\n\n", "data: {\"error\":null,\"choices\":[{\"finish_reason\":\"stop\"}]}\n\n" + done},
		"anthropic": {
			Anthropic, sse, "event: ping\ndata: {\"type\":\"ping\"}\n\nevent:message_stop\ndata:{\"type\":\"message_stop\"}\n\n",
			"event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
		},
		"anthropic, unnamed": {
			Anthropic, sse, "data: {\"type\":\"message_start\",\"message\":{\"id\":\"m\"}}\n\ndata: {\"type\":\"message_stop\"}\n\n",
			"event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\"}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
		},
		"gemini":         {Gemini, sse, "data: {\"candidates\":[{\"finishReason\":\"STOP\"}]}\r\n\r\n", "data: {\"candidates\":[{\"finishReason\":\"STOP\"}]}\n\n"},
		"gemini blocked": {Gemini, sse, "data: {\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}\n\n", "data: {\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}\n\n"},
	} {
		t.Run(name, func(t *testing.T) {
			for how, body := range map[string]io.Reader{
				"at once": strings.NewReader(c.in), "by the byte": iotest.OneByteReader(strings.NewReader(c.in)),
			} {
				got, err := exchangeOnce(t, Config{Dialect: c.dialect}, true, response(200, body, "Content-Type", c.label))
				if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
					t.Errorf("%s: %v (-want +got):\n%s", how, err, diff)
				}
			}
		})
	}
}

func TestRefusedBodies(t *testing.T) {
	for name, c := range map[string]struct {
		dialect Dialect
		stream  bool
		header  []string
		in      string
		want    llm.ErrorKind
	}{
		"no finish":              {OpenAI, true, nil, "data: " + going + "\n\n", llm.KindTruncated},
		"cut event":              {OpenAI, true, nil, "data: " + going[:9], llm.KindTruncated},
		"anthropic, only [DONE]": {Anthropic, true, nil, "data: {\"type\":\"message_start\"}\n\n" + done, llm.KindTruncated},
		"anthropic, no stop":     {Anthropic, true, nil, "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n", llm.KindTruncated},
		"gemini unspecified":     {Gemini, true, nil, "data: {\"candidates\":[{\"finishReason\":\"FINISH_REASON_UNSPECIFIED\"}]}\n\n", llm.KindTruncated},
		"not an object":          {OpenAI, true, nil, "data: 7\n\n", llm.KindMalformed},
		"string error":           {OpenAI, true, nil, "data: {\"error\":\"boom\"}\n\n", llm.KindServer},
		"error in a choice":      {OpenAI, true, nil, "data: {\"choices\":[{\"error\":{\"code\":429,\"message\":\"m\"}}]}\n\n", llm.KindRateLimit},
		"number as code":         {OpenAI, true, nil, "data: {\"error\":{\"code\":502,\"message\":\"upstream\"},\"choices\":[{\"finish_reason\":\"error\"}]}\n\n", llm.KindServer},
		"vllm's error object":    {OpenAI, true, nil, "data: {\"object\":\"error\",\"message\":\"m\",\"type\":\"BadRequestError\",\"code\":400}\n\n", llm.KindInvalid},
		"fastapi detail":         {OpenAI, false, nil, `{"detail":"Not Found"}`, llm.KindServer},
		"listed error":           {OpenAI, false, nil, `[{"error":{"code":503,"status":"UNAVAILABLE"}}]`, llm.KindOverloaded},
		"stream unasked":         {OpenAI, false, nil, "data: " + finished + "\n\n", llm.KindMalformed},
		"half a document":        {OpenAI, false, nil, `{"choices":[`, llm.KindTruncated},
		"broken document":        {OpenAI, false, nil, `{"choices":[}`, llm.KindMalformed},
		"two documents":          {OpenAI, false, nil, `{} {}`, llm.KindMalformed},
		"plain words":            {OpenAI, false, nil, `upstream said no`, llm.KindMalformed},
		"only blanks":            {OpenAI, false, nil, " \r\n", llm.KindEmpty},
		"brotli":                 {OpenAI, false, []string{"Content-Encoding", "br"}, "....", llm.KindMalformed},
		"gzip that is none":      {OpenAI, false, []string{"Content-Encoding", "gzip"}, `{"choices":[]}`, llm.KindMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := exchangeOnce(t, Config{Dialect: c.dialect}, c.stream, response(200, strings.NewReader(c.in), c.header...))
			var e *llm.Error
			if !errors.As(err, &e) || e.Kind != c.want {
				t.Errorf("%v, want kind %s", err, c.want)
			}
		})
	}
}

func TestWholeAnswer(t *testing.T) {
	var zipped bytes.Buffer
	gzipTo(t, &zipped, finished)
	for name, resp := range map[string]*http.Response{
		"plain":      response(200, strings.NewReader(finished), "Content-Type", "application/json"),
		"no label":   response(200, strings.NewReader(finished)),
		"text":       response(200, strings.NewReader(finished), "Content-Type", "text/plain"),
		"a mark":     response(200, strings.NewReader(bom+" "+finished)),
		"gzip":       response(200, &zipped, "Content-Encoding", "gzip"),
		"status 201": response(201, strings.NewReader(finished)),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := exchangeOnce(t, Config{}, false, resp)
			if err != nil || got != finished {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

func TestCaps(t *testing.T) {
	long := `{"text":"` + strings.Repeat("x", 1000) + `"}`
	for name, c := range map[string]struct {
		config Config
		stream bool
		in     string
	}{
		"whole":  {Config{MaxBytes: 999}, false, long},
		"stream": {Config{MaxBytes: 2500}, true, strings.Repeat("data: "+long+"\n\n", 3)},
		"event":  {Config{MaxEvent: 999}, true, "data: " + long + "\n\n"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := exchangeOnce(t, c.config, c.stream, response(200, strings.NewReader(c.in)))
			var e *llm.Error
			if !errors.As(err, &e) || e.Kind != llm.KindTooLarge || e.Retryable() {
				t.Errorf("got %v", err)
			}
		})
	}
	exact := Config{MaxBytes: int64(len(long))}
	if got, err := exchangeOnce(t, exact, false, response(200, strings.NewReader(long))); err != nil || got != long {
		t.Errorf("an answer as long as the cap: %v", err)
	}
	if got, err := exchangeOnce(t, Config{MaxBytes: -1}, false, response(200, strings.NewReader(long))); err != nil || got != long {
		t.Errorf("no cap: %v", err)
	}
}

func TestRateLimitHeaderGoesUp(t *testing.T) {
	header := []string{
		"X-Ratelimit-Remaining-Requests", "59", "X-Ratelimit-Reset-Requests", "1s",
		"X-Ratelimit-Remaining-Tokens", "149984", "X-Ratelimit-Reset-Tokens", "6m0s",
	}
	read := func(header ...string) string {
		c := Config{Base: answerWith(func(*http.Request) *http.Response {
			return response(200, strings.NewReader(finished), header...)
		})}
		resp, err := New(c).RoundTrip(request(t, false))
		if err != nil {
			t.Fatal(err)
		}
		return resp.Header.Get("X-Llmops-Ratelimit")
	}
	var got llm.RateLimit
	if err := json.Unmarshal([]byte(read(header...)), &got); err != nil {
		t.Fatal(err)
	}
	want := llm.RateLimit{RemainingRequests: 59, RemainingTokens: 149984, ResetRequests: 1e9, ResetTokens: 360e9}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := read("X-Llmops-Ratelimit", "spoofed"); got != "" {
		t.Errorf("a server's own header went up: %q", got)
	}
}

// FuzzAnswer gives any bytes as an answer: whatever they are, a stream that ends well has its marker, an
// error is an *llm.Error, and the way in which the bytes come makes no difference.
func FuzzAnswer(f *testing.F) {
	f.Add("data: "+going+"\n\ndata: "+finished+"\n\n"+done, 0, true)
	f.Add("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n", 1, true)
	f.Add("data: {\"candidates\":[{\"finishReason\":\"STOP\"}]}\n\n", 2, true)
	f.Add(`{"error":{"message":"m","code":"insufficient_quota"}}`, 0, false)
	f.Add(bom+"\r\r<html>", 0, true)
	f.Fuzz(func(t *testing.T, in string, dialect int, stream bool) {
		c := Config{Dialect: Dialect(uint(dialect) % 3), MaxEvent: 4 << 10, MaxBytes: 64 << 10}
		got, err := exchangeOnce(t, c, stream, response(200, strings.NewReader(in)))
		again, err2 := exchangeOnce(t, c, stream, response(200, iotest.OneByteReader(strings.NewReader(in))))
		if got != again || (err == nil) != (err2 == nil) {
			t.Fatalf("at once %q, %v; by the byte %q, %v", got, err, again, err2)
		}
		var e *llm.Error
		switch {
		case err != nil && !errors.As(err, &e):
			t.Fatalf("not typed: %v", err)
		case err != nil && (e.Kind == "" || len([]rune(e.Message)) > maxMessage):
			t.Fatalf("bad error: %v", err)
		case err == nil && !stream && !json.Valid([]byte(got)):
			t.Fatalf("invalid JSON went up: %q", got)
		case err == nil && stream && c.Dialect == OpenAI && !strings.HasSuffix(got, done):
			t.Fatalf("no marker at the end of %q", got)
		}
	})
}

// FuzzOrdinary holds the short cut to what decoding finds.
func FuzzOrdinary(f *testing.F) {
	f.Add(going, "", 0)
	f.Add(finished, "", 0)
	f.Add(`{"type":"content_block_delta","delta":{"text":"\"error\""}}`, "content_block_delta", 1)
	f.Add(`{"candidates":[{"content":{"parts":[{"text":"a"}]}}]}`, "", 2)
	f.Fuzz(func(t *testing.T, data, name string, dialect int) {
		d := Dialect(uint(dialect) % 3)
		if data == "" || !ordinary(d, name, []byte(data)) {
			return
		}
		x := (&transport{Config{Dialect: d}}).begin(request(t, true))
		defer x.release(nil)
		got, err := x.study(name, []byte(data))
		if err != nil || got.terminal || got.last || got.skip || d == Anthropic && got.name != name {
			t.Errorf("%s is not ordinary: %+v, %v", data, got, err)
		}
	})
}
