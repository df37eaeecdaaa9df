/** One conversation in the shape of each container of logs. Made up after the sources that the readers name. */
import { type Conversation, callId, openaiOf } from "./conversations.ts";

/** What a container may lack of a conversation. */
export type Part = "system" | "thoughts" | "errors" | "rewards" | "tools";

/** How a container tells a conversation. */
export interface Container {
  /** A record of it. */
  record(conversation: Conversation): unknown;
  /** What it cannot tell. */
  readonly lacks?: readonly Part[];
}

const TOOL = { name: "find_order", description: "Finds it.", parameters: { type: "object", properties: {} } };
const TOOLS = [{ type: "function", function: TOOL }];

/** By the name of their format. */
export const CONTAINERS: Readonly<Record<string, Container>> = {
  messages: { record: (told) => ({ messages: openaiOf(told), tools: TOOLS, reward: told.reward }) },
  inspect: {
    record: (told) => {
      const messages = openaiOf(told).map((message, at): Record<string, unknown> => ({ ...message, id: `m${at}` }));
      const spoken = messages.flatMap((message, at) => (message.role === "assistant" ? [at] : []));
      const events = spoken.map((at) => ({
        ...{ event: "model", model: "m", input: messages.slice(0, at), tools: [TOOL] },
        output: { choices: [{ message: messages[at] }] },
      }));
      return { id: "a", epoch: 1, messages: messages.slice(-3), events, scores: { s: { value: told.reward } } };
    },
  },
  verifiers: {
    record: (told) => ({
      ...{ id: "e", task: { key: "t" }, ok: true, errors: [] },
      traces: [
        {
          ...{ version: 1, id: "t", task: { key: "t" }, tools: [TOOL], ok: true },
          nodes: openaiOf(told).map((message, at) => ({
            ...(at > 0 && { parent: at - 1 }),
            message,
            sampled: message.role === "assistant",
          })),
          rewards: { a: { score: told.reward, weight: 0.5 }, b: { score: told.reward, weight: 0.5 }, c: null },
        },
      ],
    }),
  },
  atif: {
    lacks: ["errors"],
    record: ({ system, asked, turns, reward }) => ({
      schema_version: "ATIF-v1.8",
      session_id: "s",
      agent: { name: "a", version: "1", tool_definitions: TOOLS },
      steps: [
        { source: "system", message: system },
        { source: "user", message: asked },
        ...turns.flatMap(({ thought, said, calls, reply }, turn) => [
          {
            source: "agent",
            message: said,
            ...(thought !== "" && { reasoning_content: thought }),
            ...(calls.length > 0 && {
              tool_calls: calls.map(({ name, given }, call) => ({
                ...{ tool_call_id: callId(turn, call), function_name: name, arguments: given },
              })),
              observation: {
                results: calls.map(({ answer }, call) => ({ source_call_id: callId(turn, call), content: answer })),
              },
            }),
          },
          ...(calls.length > 0 ? [] : [{ source: "user", message: reply }]),
        ]),
      ].map((step, at) => ({ step_id: at + 1, ...step })),
      extra: { reward },
    }),
  },
  "tau-bench": {
    lacks: ["tools"],
    record: (told) => ({ task_id: 3, reward: told.reward, info: { task: {} }, traj: openaiOf(told), trial: 0 }),
  },
  "tau2-bench": {
    lacks: ["tools"],
    record: (told) => ({
      ...{ id: "s", task_id: "3", trial: 0, termination_reason: "user_stop", reward_info: { reward: told.reward } },
      results_info: { environment_info: { domain_name: "shop", policy: told.system } },
      messages: [
        { role: "user", content: told.asked, turn_idx: 0 },
        ...told.turns.flatMap(({ thought, said, calls, reply }, turn) => [
          {
            ...{ role: "assistant", content: said, cost: 0.1, usage: { prompt_tokens: 1 } },
            ...(calls.length > 0 && {
              tool_calls: calls.map(({ name, given }, call) => ({
                ...{ id: callId(turn, call), name, arguments: given, requestor: "assistant" },
              })),
            }),
            ...(thought !== "" && { raw_data: { choices: [{ message: { reasoning_content: thought } }] } }),
          },
          ...calls.map(({ answer, failed }, call) => ({
            ...{ role: "tool", id: callId(turn, call), content: answer, requestor: "assistant", error: failed },
          })),
          ...(calls.length > 0 ? [] : [{ role: "user", content: reply }]),
        ]),
      ],
    }),
  },
  "swe-agent": {
    lacks: ["tools"],
    record: (told) => ({
      environment: "swe_main",
      reward: told.reward,
      trajectory: told.turns.map(({ said }) => ({ response: said, action: "", observation: "" })),
      history: openaiOf(told).map(({ tool_call_id: id, reasoning_content: thought, ...message }) => ({
        ...{ ...message, agent: "main", message_type: "action" },
        ...(id !== undefined && { tool_call_ids: [id] }),
        ...(thought !== undefined && { thinking_blocks: [{ type: "thinking", thinking: thought, signature: "s" }] }),
      })),
    }),
  },
  "mini-swe-agent": {
    lacks: ["tools"],
    record: (told) => ({
      ...{ info: { exit_status: "Submitted" }, trajectory_format: "mini-swe-agent-1.1", reward: told.reward },
      messages: openaiOf(told).map((message) => ({ ...message, extra: { cost: 0.1, raw_output: "longer" } })),
    }),
  },
  "claude-code": {
    lacks: ["system", "rewards", "tools"],
    record: (told) => {
      const events: Record<string, unknown>[] = [];
      const add = (id: string, message: { role: string; content: unknown }) => {
        const parentUuid = events.at(-1)?.uuid ?? null;
        const uuid = `u${events.length}`;
        events.push({ ...{ type: message.role, uuid, parentUuid, sessionId: "s" }, message: { id, ...message } });
      };
      add("m", { role: "user", content: told.asked });
      told.turns.forEach(({ thought, said, calls, reply }, turn) => {
        const parts = [
          ...(thought === "" ? [] : [{ type: "thinking", thinking: thought, signature: "s" }]),
          { type: "text", text: said },
          ...calls.map(({ name, given }, call) => ({ type: "tool_use", id: callId(turn, call), name, input: given })),
        ];
        for (const part of parts) add(`m${turn}`, { role: "assistant", content: [part] });
        calls.forEach(({ answer, failed }, call) => {
          const result = { type: "tool_result", tool_use_id: callId(turn, call), content: answer, is_error: failed };
          add(`r${turn}`, { role: "user", content: [result] });
        });
        if (calls.length === 0) add(`q${turn}`, { role: "user", content: reply });
      });
      return { events };
    },
  },
  openhands: {
    lacks: ["rewards"],
    record: (told) => ({
      instance_id: "owner__repo-1",
      history: [
        { action: "system", source: "agent", args: { content: told.system, tools: TOOLS } },
        { action: "message", source: "user", args: { content: told.asked } },
        ...told.turns.flatMap(({ thought, said, calls, reply }, turn): object[] => {
          const message = {
            ...{ role: "assistant", content: said, ...(thought !== "" && { reasoning_content: thought }) },
            tool_calls: calls.map(({ name, given }, call) => ({
              ...{ id: callId(turn, call), type: "function", function: { name, arguments: JSON.stringify(given) } },
            })),
          };
          // Without a call there is no metadata, and a thought has no place.
          const model_response = { id: `m${turn}`, choices: [{ message }] };
          if (calls.length === 0) {
            const answer = { tool_call_metadata: { tool_call_id: "", model_response } };
            return [
              { action: "message", source: "agent", args: { content: said }, ...(thought !== "" && answer) },
              { action: "message", source: "user", args: { content: reply } },
            ];
          }
          return calls.flatMap(({ name, answer, failed }, call) => {
            const tool_call_metadata = { function_name: name, tool_call_id: callId(turn, call), model_response };
            return [
              { action: "run", source: "agent", args: {}, tool_call_metadata },
              { observation: failed ? "error" : "run", content: answer, tool_call_metadata },
            ];
          });
        }),
      ],
    }),
  },
  toolbench: {
    lacks: ["rewards"],
    record: (told) => {
      const messages = openaiOf(told);
      const read = messages.flatMap(({ role }, at) => (role === "assistant" ? [messages.slice(0, at + 1)] : []));
      return {
        tree: { size: 2, max_length: 2, tree: { node_type: "Action Input", children: [{ children: [] }] } },
        answer_generation: {
          ...{ valid_data: true, query: told.asked, function: [TOOL], finish_type: "give_answer" },
          // What came behind its last turn no model read: here it stands in the last list.
          train_messages: read.with(-1, messages),
        },
      };
    },
  },
};
