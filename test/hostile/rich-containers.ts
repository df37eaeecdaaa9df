/** As rich-bases.ts, in containers: events of loops, other agents, what the user did, what stood in another log. */
import type { Json } from "../../src/core/json.ts";
import { withoutWorld } from "../../src/worlds/none/index.ts";
import type { Base } from "./bases.ts";
import { agent, called, item, text, user } from "./rich-bases.ts";
import { SAID } from "./said.ts";

const event = (uuid: string, parentUuid: string | null, type: string, more: object) => ({
  ...{ type, uuid, parentUuid, sessionId: "s", ...more },
});
const CLAUDE: Base = {
  ...{ name: "everything in claude-code", format: "claude-code", benchmark: withoutWorld() },
  ...SAID["claude-code"]!,
  row: {
    events: [
      event("u0", null, "user", { message: user("начни дело") }),
      event("u1", "u0", "assistant", {
        message: { id: "m", ...agent([{ type: "thinking", thinking: "думаю", signature: "" }]) },
      }),
      event("u2", "u1", "assistant", {
        message: { id: "m", ...agent([{ type: "tool_use", id: "a", name: "find9", input: { где: "дом" } }]) },
      }),
      event("u3", "u2", "user", { message: user([{ type: "tool_result", tool_use_id: "a", content: "пусто" }]) }),
      event("n", "u3", "system", { subtype: "informational", content: "" }),
      event("s0", null, "user", { isSidechain: true, message: user("помоги") }),
      event("s1", "s0", "assistant", { isSidechain: true, message: { id: "k", ...agent([text("вот")]) } }),
      event("u4", "u3", "assistant", { message: { id: "m2", ...agent([text("готово")]) } }),
      event("c", "u4", "system", { subtype: "compact_boundary", content: "" }),
      event("u5", "c", "user", { message: user("итог прежнего") }),
      event("u6", "u5", "assistant", { message: { id: "m3", ...agent([text("дальше")]) } }),
    ] as unknown as Json,
  },
};

const step = (kind: string, more: object) => ({ kind, source: "agent", ...more });
const OPENHANDS: Base = {
  ...{ name: "everything in openhands 1", format: "openhands", benchmark: withoutWorld() },
  ...SAID.openhands!,
  row: {
    instance_id: "a",
    history: [
      step("SystemPromptEvent", { system_prompt: text("правила"), dynamic_context: text("место"), tools: [] }),
      step("MessageEvent", { llm_message: user([text("почини")]), extended_content: [text("подсказка")] }),
      step("ActionEvent", {
        ...{ thought: [text("смотрю")], reasoning_content: "думаю", llm_response_id: "r", tool_call_id: "a" },
        tool_call: { id: "a", name: "find9", arguments: '{"где": "тут"}' },
      }),
      step("ActionEvent", {
        ...{
          thought: [],
          llm_response_id: "r",
          tool_call_id: "b",
          tool_call: { id: "b", name: "run9", arguments: '{"что": "тест"}' },
        },
      }),
      step("ObservationEvent", { tool_call_id: "a", observation: { content: [text("файл")], is_error: false } }),
      step("AgentErrorEvent", { tool_call_id: "b", error: "сломано" }),
      step("ConversationStateUpdateEvent", { value: "" }),
      step("MessageEvent", { llm_message: agent([text("сделано")]) }),
    ] as unknown as Json,
  },
};

const SWE: Base = {
  ...{ name: "everything in swe-agent", format: "swe-agent", benchmark: withoutWorld() },
  ...SAID["swe-agent"]!,
  row: {
    trajectory: [{ response: "ищу" }, { response: "оборвано" }, { response: "сдаю" }],
    history: [
      { role: "system", content: "правила", agent: "main" },
      { role: "user", content: "пример", agent: "main", is_demo: true },
      { role: "assistant", content: "показ", agent: "main", is_demo: true },
      { role: "user", content: [text("задача")], agent: "main" },
      {
        role: "assistant",
        content: "ищу",
        thought: "ищу",
        action: "",
        agent: "main",
        tool_calls: [called("a", "find9", { где: "код" })],
      },
      { role: "tool", content: "вот", agent: "main", tool_call_ids: ["a"] },
      { role: "user", content: "чужое", agent: "other" },
      { role: "assistant", content: "сдаю", agent: "main" },
    ],
  } as unknown as Json,
};

const MINI: Base = {
  ...{ name: "everything in mini-swe-agent 2", format: "mini-swe-agent", benchmark: withoutWorld() },
  ...SAID["mini-swe-agent"]!,
  row: {
    info: { exit_status: "Submitted" },
    trajectory_format: "mini-swe-agent-1.1",
    messages: [
      { role: "system", content: "правила" },
      user("задача"),
      {
        object: "response",
        output: [
          item("message", { role: "assistant", content: [item("output_text", { text: "ищу" })] }),
          item("function_call", { call_id: "a", name: "find9", arguments: '{"где":"код"}' }),
        ],
      },
      item("function_call_output", { call_id: "a", output: "вот" }),
      { role: "exit", content: "сдано", extra: { exit_status: "Submitted" } },
    ],
  } as unknown as Json,
};

const VERIFIERS: Base = {
  ...{ name: "old results of verifiers", format: "verifiers", benchmark: withoutWorld() },
  ...SAID.verifiers!,
  row: {
    prompt: [{ role: "system", content: "правила" }, user("вопрос")],
    completion: [
      agent("ищу", { tool_calls: [JSON.stringify(called("a", "find9", { где: "лес" }))] }),
      { role: "tool", tool_call_id: "a", content: "гриб" },
      agent("ответ"),
    ],
    reward: 1,
  } as unknown as Json,
};

const TAU2: Base = {
  ...{ name: "everything in tau2-bench", format: "tau2-bench", benchmark: withoutWorld() },
  ...SAID["tau2-bench"]!,
  row: {
    ...{
      id: "s",
      task_id: "3",
      trial: 0,
      termination_reason: "user_stop",
      reward_info: { reward: 1 },
      policy: "закон",
    },
    messages: [
      { role: "assistant", content: "привет" },
      { role: "user", content: "помоги" },
      {
        role: "user",
        content: null,
        tool_calls: [{ id: "u", name: "own9", arguments: { что: "экран" }, requestor: "user" }],
      },
      { role: "tool", id: "u", content: "темно", requestor: "user", error: false },
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "a", name: "find9", arguments: { кто: "он" }, requestor: "assistant" }],
        usage: {},
      },
      { role: "tool", id: "a", content: "найден", requestor: "assistant", error: true },
      { role: "assistant", content: "ждите", usage: {} },
    ],
  } as unknown as Json,
};

const ATIF: Base = {
  ...{ name: "everything in atif", format: "atif", benchmark: withoutWorld() },
  ...SAID.atif!,
  row: {
    ...{ schema_version: "ATIF-v1.7", agent: { name: "a" }, extra: { reward: 1 } },
    steps: [
      { step_id: 1, source: "user", message: "старое", is_copied_context: true },
      { step_id: 2, source: "agent", message: "раньше", is_copied_context: true },
      { step_id: 3, source: "user", message: [text("новое"), { type: "image", source: { path: "вид" } }] },
      {
        ...{
          step_id: 4,
          source: "agent",
          message: "",
          reasoning_content: "думаю",
          observation: { results: [{ source_call_id: "a", content: "да" }] },
        },
        tool_calls: [{ tool_call_id: "a", function_name: "find9", arguments: { где: "тут" } }],
      },
      { step_id: 5, source: "agent", message: "всё", observation: { results: [{ content: "экран" }] } },
    ],
    subagent_trajectories: [
      {
        schema_version: "ATIF-v1.7",
        agent: { name: "b" },
        steps: [
          { step_id: 1, source: "user", message: "помощь" },
          { step_id: 2, source: "agent", message: "ладно" },
        ],
      },
    ],
  } as unknown as Json,
};

export const RICH_CONTAINERS: readonly Base[] = [CLAUDE, OPENHANDS, SWE, MINI, VERIFIERS, TAU2, ATIF];
