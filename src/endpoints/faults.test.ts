// What servers say, and what it means. The wordings are theirs.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openServer, type TestServer } from "../../test/openai-server.ts";
import { type Fault, faultIn, faultOf } from "./faults.ts";
import { openTransport } from "./transport.ts";

const opened: TestServer[] = [];
after(() => Promise.all(opened.map((server) => server.close())));

/** What a server's answer with this status and body, sent and read, means. */
async function faultFor(status: number, body: unknown, retryAfter?: string): Promise<Fault> {
  const fault = { kind: "status", status, body, ...(retryAfter !== undefined && { retryAfter }) } as const;
  const server = await openServer({ fault: () => fault });
  opened.push(server);
  const transport = openTransport(server.url, undefined, { timeoutMs: 60_000, maxAnswerBytes: 100_000 });
  return transport.complete({ messages: [] }).then(() => assert.fail("expected a fault"), faultOf);
}

const saying = (message: string, more: object = {}) => ({ error: { message, ...more } });

const CONTEXT_FULL: Readonly<Record<string, readonly [number, object | string]>> = {
  OpenAI: [400, saying("Your messages resulted in 9001 tokens.", { code: "context_length_exceeded" })],
  "vLLM, older": [
    400,
    {
      object: "error",
      message:
        "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4500 in the messages, 500 in the completion).",
    },
  ],
  "vLLM, max_tokens": [
    400,
    saying(
      "'max_tokens' or 'max_completion_tokens' is too large: 500. This model's maximum context length is 4096 tokens and your request has 4000 input tokens (500 > 4096 - 4000).",
    ),
  ],
  "vLLM, prompt": [400, saying("The decoder prompt (length 8825) is longer than the maximum model length of 8192.")],
  SGLang: [
    400,
    { object: "error", message: "The input (61709 tokens) is longer than the model's context length (40960 tokens)." },
  ],
  "SGLang, total": [
    400,
    { message: "Requested token count exceeds the model's maximum context length of 4096 tokens." },
  ],
  "SGLang, limit": [
    400,
    { message: "Input length (160062 tokens) exceeds the maximum allowed length (59862 tokens)." },
  ],
  "llama.cpp": [
    400,
    saying("request (14429 tokens) exceeds the available context size (8192 tokens), try increasing it", {
      type: "exceed_context_size_error",
    }),
  ],
  "llama.cpp, older": [
    500,
    saying("the request exceeds the available context size. try increasing the context size or enable context shift"),
  ],
  "llama-cpp-python": [500, saying("Requested tokens (2285) exceed context window of 2048")],
  TGI: [422, saying("Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096")],
  transformers: [400, saying("310 prompt + 12 new tokens > context 256")],
};

for (const [name, [status, error]] of Object.entries(CONTEXT_FULL)) {
  test(`${name}: the context is full`, async () => {
    assert.equal((await faultFor(status, error)).kind, "context full");
  });
}

test("llama.cpp says it inside a 200", () => {
  const message = "the request exceeds the available context size";
  assert.equal(faultIn({ error: { code: 400, message, type: "exceed_context_size_error" } })?.kind, "context full");
  assert.equal(faultIn({ error: { code: 503, message: "loading model" } })?.kind, "passing");
  assert.equal(faultIn({ error: null, choices: [] }), undefined);
  assert.equal(faultIn(null), undefined);
});

test("what is not about the context is not taken for it", async () => {
  const kinds = async (status: number, error: object | string) => (await faultFor(status, error)).kind;
  assert.equal(
    await kinds(429, saying("Rate limit reached: context length 8192 tokens per minute exceeded the limit")),
    "passing",
  );
  assert.equal(await kinds(429, saying("You exceeded your current quota", { code: "insufficient_quota" })), "refused");
  assert.equal(await kinds(400, saying("messages must alternate between user and assistant")), "rejected");
  assert.equal(await kinds(400, saying("filtered", { code: "content_filter" })), "unusable");
  assert.equal(await kinds(404, "Not Found"), "refused");
  assert.equal(await kinds(502, "<html>Bad Gateway</html>"), "passing");
});

test("a server's wish to wait is read in seconds or as a date", async () => {
  const waitOf = async (retryAfter?: string) => {
    const fault = await faultFor(429, saying("slow down"), retryAfter);
    return fault.kind === "passing" ? fault.waitMs : undefined;
  };
  assert.equal(await waitOf("2"), 2000);
  assert.equal(await waitOf("1.5"), 1500);
  assert.equal(await waitOf("Wed, 21 Oct 2015 07:28:00 GMT"), 0);
  assert((await waitOf(new Date(Date.now() + 3_600_000).toUTCString()))! > 60_000);
  assert.equal(await waitOf("soon"), 0);
  assert.equal(await waitOf(), 0);
});
