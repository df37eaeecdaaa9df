/**
 * ms-swift 4.
 *
 * `loss` on an assistant message says whether it is learned; absent, it is. Where rows do not alternate, neighbouring
 * messages are glued together or an empty one is put first. The end of a row's last turn is learned even where the turn is
 * masked, which is why rows end with a learned message (learnable.ts). `loss_scale` is not used for examples that count a
 * fraction: the ends of their turns would still count 1. `strict`, since problematic and over-long rows are dropped
 * otherwise.
 * Calls are messages of the role `tool_call`, answers of `tool_response`, and what can be called is a JSON text; there are no
 * ids. Thoughts are refused: its templates take those of earlier turns out of what is learned.
 * Preferences may have several turns on each side; the same marks hold, and the prompt's turns are marked too.
 *
 * Source: ms-swift 4.6.0, swift/loss_scale/base.py (`__call__`), swift/template/base.py (`_swift_prepare_inputs`,
 * `_swift_encode`, `_add_dynamic_eos`), swift/dataset/preprocessor/core.py, swift/cli/main.py (`parse_yaml_args`);
 * docs/source_en/Instruction/Agent-support.md and `_preprocess_tool_call` at 3602360a562313afbf2ef6065fdf61f271a2c5b9;
 * https://swift.readthedocs.io/en/latest/Customization/Custom-dataset.html
 */
import type { Demonstration, Preference, WeightedMessage } from "../core/training.ts";
import { plainCall, toolsText } from "./calls.ts";
import { type Exporter, isLearned, mapped } from "./exporter.ts";
import { yamlFile } from "./yaml-file.ts";

export const swift: Exporter = {
  name: "swift",
  tool: "ms-swift",
  rendering: "tool",
  expresses: {
    preferences: "trajectories",
    masks: "each",
    exampleWeights: false,
    roles: "alternating",
    calls: { arguments: "object", ids: false, preferences: true, beside: true, several: true },
  },
  command: ({ kind }) => `swift ${kind === "sft" ? "sft" : "rlhf"} ${kind}.yaml --model MODEL --output_dir OUT`,
  files(set) {
    const data = { dataset: ["train.jsonl"], loss_scale: "default", strict: true };
    const comment = [swift.command(set)];
    if (set.kind === "dpo") {
      return [
        { kind: "jsonl", name: "train.jsonl", rows: () => mapped(set.examples, pair) },
        yamlFile("dpo.yaml", comment, { rlhf_type: "dpo", beta: set.beta, ...data }),
      ];
    }
    return [
      { kind: "jsonl", name: "train.jsonl", rows: () => mapped(set.examples, row) },
      yamlFile("sft.yaml", comment, data),
    ];
  },
};

const row = ({ messages, tools }: Demonstration) => ({ messages: messages.flatMap(marked), ...toolsText(tools) });

function pair({ prompt, tools, chosen, rejected }: Preference) {
  const context = prompt.flatMap((message) => marked({ ...message, weight: 0 }));
  return {
    messages: [...context, ...chosen.flatMap(marked)],
    rejected_messages: [...context, ...rejected.flatMap(marked)],
    ...toolsText(tools),
  };
}

/** Each call is a message of its own, behind what its turn says; ms-swift puts them together again. */
function marked(message: WeightedMessage): object[] {
  const { role, content, toolCalls } = message;
  if (role === "tool") return [{ role: "tool_response", content }];
  if (role !== "assistant") return [{ role, content }];
  const loss = isLearned(message);
  const said = content === "" && toolCalls ? [] : [{ role, content, loss }];
  const called = (toolCalls ?? []).map((call) => {
    return { role: "tool_call", content: JSON.stringify(plainCall(call)), loss };
  });
  return [...said, ...called];
}
