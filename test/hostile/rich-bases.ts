/**
 * Conversations with everything that an API or a container may hold beside texts and calls: pictures, sealed thoughts, calls of
 * a server's own tools, other agents, events of a loop. As in bases.ts all that is said is Cyrillic. What may be left out is
 * known here by its type, and must be told as often as it is there.
 */
import type { Json } from "../../src/core/json.ts";
import { withoutWorld } from "../../src/worlds/none/index.ts";
import type { Base } from "./bases.ts";
import { listOf, rowOf, SAID } from "./said.ts";

export const user = (content: Json) => ({ role: "user", content });
export const agent = (content: Json, more: object = {}) => ({ role: "assistant", content, ...more });
export const text = (said: string) => ({ type: "text", text: said });
export const called = (id: string, name: string, given: object) => ({
  ...{ id, type: "function", function: { name, arguments: JSON.stringify(given) } },
});
const chat = (name: string, messages: readonly object[], over: Partial<Base> = {}): Base => ({
  ...{ name: `everything in ${name}`, format: "messages", benchmark: withoutWorld(), ...SAID.messages! },
  ...{ row: { messages, reward: 1 } as unknown as Json, ...over },
});

const OPENAI = chat(
  "OpenAI chat",
  [
    { role: "developer", content: [text("правила")] },
    user([
      text("смотри"),
      { type: "image_url", image_url: { url: "адрес" } },
      { type: "file", file: { file_data: "том" } },
    ]),
    agent(null, {
      reasoning: "думаю",
      reasoning_details: [
        { type: "reasoning.text", text: "думаю" },
        { type: "reasoning.encrypted", data: "тайна" },
      ],
      tool_calls: [
        called("a", "find9", { где: ["дом", 9.9] }),
        { id: "b", type: "custom", custom: { name: "run9", input: "ввод кода" } },
      ],
    }),
    { role: "tool", tool_call_id: "a", content: [text("нашел"), { type: "image_url", image_url: { url: "снимок" } }] },
    { role: "tool", tool_call_id: "b", content: "", error: { message: "сбой" } },
    agent(null, { refusal: "не буду" }),
    user("вслух"),
    agent(null, { audio: { id: "x", data: "", transcript: "голос" } }),
  ],
  { isCopied: true },
);

const ANTHROPIC = chat("Anthropic messages", [
  user([
    text("открой"),
    { type: "image", source: { type: "url", url: "адрес" } },
    {
      type: "document",
      title: "имя книги",
      context: "откуда",
      source: { type: "text", data: "глава", media_type: "m" },
    },
    { type: "search_result", title: "заглавие", source: "ссылка", content: [text("цитата")] },
  ]),
  agent([
    { type: "thinking", thinking: "мысль", signature: "s" },
    { type: "redacted_thinking", data: "тайна" },
    text("ищу"),
    { type: "server_tool_use", id: "w", name: "web9", input: { query: "запрос" } },
    {
      ...{ type: "web_search_tool_result", tool_use_id: "w" },
      content: [{ type: "web_search_result", title: "страница", url: "адрес её" }],
    },
    text("вижу"),
    { type: "tool_use", id: "t", name: "open9", input: { дверь: 9, окно: { угол: "тот" } } },
  ]),
  user([
    { type: "tool_result", tool_use_id: "t", content: [text("скрип"), { type: "image", source: { data: "вид" } }] },
  ]),
  agent([text("всё")]),
]);

export const item = (type: string, more: object) => ({ type, ...more });
const RESPONSES = chat(
  "OpenAI Responses",
  [
    item("message", {
      role: "user",
      content: [item("input_text", { text: "сделай" }), item("input_image", { image_url: "" })],
    }),
    item("reasoning", { id: "r", summary: [item("summary_text", { text: "кратко" })], encrypted_content: "" }),
    item("message", { role: "assistant", content: [item("output_text", { text: "берусь" })] }),
    item("function_call", { call_id: "a", name: "find9", arguments: '{"где": "лес"}' }),
    item("custom_tool_call", { call_id: "b", name: "run9", input: "печать" }),
    item("shell_call", { call_id: "c", action: { commands: ["ввод"] } }),
    item("function_call_output", { call_id: "a", output: "нет" }),
    item("custom_tool_call_output", { call_id: "b", output: [item("output_text", { text: "да" })] }),
    item("shell_call_output", { call_id: "c", output: [{ stdout: "строка", stderr: "беда", outcome: {} }] }),
    item("mcp_list_tools", { server_label: "", tools: [{ name: "список" }] }),
    item("mcp_call", { id: "m", name: "far9", arguments: '{"кто": "он"}', server_label: "", output: "ответ" }),
    item("message", { role: "assistant", content: [item("refusal", { refusal: "хватит" })] }),
  ],
  { calls: ({ messages }) => listOf(messages).filter((one) => /_call$/.test(String(rowOf(one).type))).length },
);

const BEDROCK = chat("Bedrock Converse", [
  user([
    { text: "смотри" },
    { image: { format: "png", source: { bytes: "точки" } } },
    { document: { name: "бумага", source: {} } },
    { guardContent: { text: { text: "страж" } } },
    { searchResult: { title: "имя", source: "место", content: [{ text: "кусок" }] } },
  ] as Json),
  agent([
    { reasoningContent: { reasoningText: { text: "мысль" } } },
    { reasoningContent: { redactedContent: "тайна" } },
    { citationsContent: { content: [{ text: "слова" }], citations: [] } },
    { toolUse: { toolUseId: "t", name: "find9", input: { где: "сад", сколько: 9 } } },
  ] as Json),
  user([
    {
      toolResult: {
        toolUseId: "t",
        status: "success",
        content: [{ json: { цвет: "синий" } }, { image: { a: "вид" } }],
      },
    },
  ] as Json),
  agent([{ text: "ясно" }, { cachePoint: { type: "default" } }] as Json),
]);

const GEMINI = chat(
  "Gemini contents",
  [
    {
      role: "user",
      parts: [{ text: "считай" }, { inlineData: { data: "точки" } }, { fileData: { fileUri: "адрес" } }],
    },
    {
      role: "model",
      parts: [
        { text: "мысль", thought: true },
        { text: "пишу код", thoughtSignature: "s" },
        { executableCode: { language: "PYTHON", code: "печать" } },
        { codeExecutionResult: { outcome: "OUTCOME_OK", output: "число" } },
        { functionCall: { name: "find9", args: { где: "поле", ряд: [9, "два"] } } },
      ],
    },
    { role: "user", parts: [{ functionResponse: { name: "find9", response: { итог: "пусто", счет: 9 } } }] },
    { role: "model", parts: [{ text: "нет" }] },
  ],
  { calls: ({ messages }) => JSON.stringify(messages).match(/"(?:functionCall|executableCode)":\{/g)?.length ?? 0 },
);

const LANGCHAIN = chat(
  "LangChain messages",
  [
    { type: "human", content: "найди" },
    {
      ...{
        type: "ai",
        content: "ищу",
        id: "x",
        invalid_tool_calls: [{ name: "cut9", args: '{"обрыв', id: "c", error: null }],
      },
      tool_calls: [{ name: "find9", args: { где: "дом" }, id: "a", type: "tool_call" }],
      additional_kwargs: {
        tool_calls: [
          called("a", "find9", { где: "дом" }),
          { ...called("c", "cut9", {}), function: { name: "cut9", arguments: '{"обрыв' } },
        ],
        reasoning_content: "думаю",
      },
    },
    { type: "tool", content: "сад", tool_call_id: "a", status: "success", artifact: null },
    { type: "tool", content: "плохо", tool_call_id: "c", status: "error" },
    {
      type: "ai",
      content: [text("конец"), { type: "image_url", image_url: "адрес" }],
      additional_kwargs: { refusal: "стоп" },
    },
  ],
  { isCopied: true },
);

const INSPECT = chat("Inspect's parts", [
  user("начни"),
  agent(
    [
      { type: "reasoning", reasoning: "глубоко", signature: "s" },
      text("ищу"),
      {
        type: "tool_use",
        tool_type: "web_search",
        id: "w",
        name: "web9",
        arguments: '{"о чём":"море"}',
        result: "волны",
      },
    ] as Json,
    {},
  ),
  user("дальше"),
  agent([{ type: "reasoning", reasoning: "", redacted: true, summary: "вкратце" }, text("всё")] as Json),
]);

export const RICH_APIS: readonly Base[] = [OPENAI, ANTHROPIC, RESPONSES, BEDROCK, GEMINI, LANGCHAIN, INSPECT];
