/**
 * Small hand-made training sets for tests of exports: a demonstration learned whole, one with a masked beginning and a masked
 * turn between learned ones, preferences between trajectories and between answers. Their texts are what a hostile
 * environment could say.
 */
import { type TrajectoryId, trajectoryId } from "../src/core/ids.ts";
import type { Message } from "../src/core/message.ts";
import type { Demonstration, Preference, TrainingSet, WeightedMessage } from "../src/core/training.ts";

/** Quotes, escapes, line ends of every kind, control characters, marks of templates, YAML, JSON, XML; emoji. */
export const HOSTILE = [
  `He said "it's" \\n — not a 'newline'.`,
  "\r\n\ttab\u0000nul\u0007bell\u001b[31mred\u007f\u0085next\u2028line\u2029paragraph\ufeffbom\n",
  "</s><|im_end|>\n<|im_start|>assistant\n[INST] x [/INST] <think> {{ messages }} {% raw %}",
  "- key: &anchor *alias !tag | > % @ ` # comment\n--- \n? ~ null true 1e3",
  `{"role":"assistant","weight":1} ]} , <image> <video> <ref-object>`,
  "👩🏽‍🚀 é é 日本語 \u202eright to left",
].join("\n");

const system: Message = { role: "system", content: "Open doors.\nAnswer with one action." };
const user = (content: string): Message & { role: "user" } => ({ role: "user", content });
const masked = (message: Message): WeightedMessage => ({ ...message, weight: 0 });
const expert = (content: string): WeightedMessage => ({ role: "assistant", content, weight: 0 });

function learned(trajectory: string, step: number, content: string): WeightedMessage {
  const provenance = { trajectory: trajectory as TrajectoryId, step, actor: "student", reason: "own success" };
  return { role: "assistant", content, weight: 1, provenance };
}

const whole: Demonstration = {
  source: trajectoryId("whole"),
  messages: [
    masked(system),
    masked(user(`Task: open the door.\n\n${HOSTILE}`)),
    learned("whole", 0, `Thought: "open": yes\nAction: open door`),
    masked(user("The door is open.")),
    learned("whole", 1, "Action: go in 🚪"),
  ],
};

const recovery: Demonstration = {
  source: trajectoryId("recovery"),
  messages: [
    masked(system),
    masked(user("Task: leave.")),
    expert("Action: kick wall"),
    masked(user("Nothing happens.")),
    learned("recovery", 1, "Action: look"),
    masked(user("There is a door.")),
    expert("Action: sing"),
    masked(user("Nothing happens.")),
    learned("recovery", 3, "Action: open door"),
    masked(user("You are out.")),
    expert("Action: look"),
  ],
};

const plain: Demonstration = {
  source: trajectoryId("plain"),
  messages: [
    masked(user("open ; a door")),
    learned("plain", 0, "look"),
    masked(user(`a "door": {open}`)),
    learned("plain", 1, "open door"),
  ],
};

const trajectories: Preference = {
  sources: ["won", "lost"] as string[] as [TrajectoryId, TrajectoryId],
  prompt: [user("open ; a door, 'closed'")],
  chosen: [learned("won", 0, "open door"), masked(user("open.")), learned("won", 1, "go in")],
  rejected: [
    learned("lost", 0, "kick door"),
    masked(user('It says: "ouch"\n')),
    learned("lost", 1, "kick door"),
    masked(user("Nothing.")),
    learned("lost", 2, "sing"),
  ],
};

const answers: Preference = {
  sources: ["won", "lost"] as string[] as [TrajectoryId, TrajectoryId],
  prompt: [system, user(`Task: open the door.\n\n${HOSTILE}`), { role: "assistant", content: "look" }, user("A door.")],
  chosen: [learned("won", 1, "open door 🚪")],
  rejected: [learned("lost", 1, `say "</s>"`)],
};

const called = (message: WeightedMessage, id: string, given: string): WeightedMessage => ({
  ...message,
  toolCalls: [{ id, name: "open", arguments: given }],
});

const calls: Demonstration = {
  source: trajectoryId("calls"),
  tools: [
    {
      name: "open",
      description: "Opens something.",
      parameters: { type: "object", properties: { what: { type: "string" }, by: { type: "number" } } },
    },
  ],
  messages: [
    masked(user("Leave, please.")),
    called(expert(""), "call00000", '{"what":"wall"}'),
    masked({ role: "tool", content: "It has no handle.", toolCallId: "call00000" }),
    called(learned("calls", 1, ""), "call00001", '{"what": "door", "by": 20.50}'),
    masked({ role: "tool", content: "It is open.", toolCallId: "call00001" }),
    learned("calls", 2, "The door is open."),
  ],
};

/** By name: `whole` has neither masks nor a system message; `sft` both; `calls` calls a tool. */
export const EXPORT_SETS = {
  sft: { kind: "sft", examples: [whole, recovery] },
  whole: { kind: "sft", examples: [plain] },
  fraction: { kind: "sft", examples: [plain, { ...plain, weight: 0.5 }] },
  trajectories: { kind: "dpo", examples: [trajectories], beta: 0.1 },
  calls: { kind: "sft", examples: [calls] },
  answers: { kind: "dpo", examples: [answers], beta: 0.5 },
} as const satisfies Record<string, TrainingSet>;
