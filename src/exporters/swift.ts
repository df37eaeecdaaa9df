/**
 * ms-swift 4.
 *
 * `loss` on an assistant message says whether it is learned; absent, it is. Where rows do not alternate, neighbouring
 * messages are glued together or an empty one is put first. The end of a row's last turn is learned even where the turn is
 * masked, which is why rows end with a learned message (learnable.ts). `loss_scale` is not used for examples that count a
 * fraction: the ends of their turns would still count 1. `strict`, since problematic and over-long rows are dropped
 * otherwise.
 * Preferences may have several turns on each side; the same marks hold, and the prompt's turns are marked too.
 *
 * Source: ms-swift 4.6.0, swift/loss_scale/base.py (`__call__`), swift/template/base.py (`_swift_prepare_inputs`,
 * `_swift_encode`, `_add_dynamic_eos`), swift/dataset/preprocessor/core.py, swift/cli/main.py (`parse_yaml_args`);
 * https://swift.readthedocs.io/en/latest/Customization/Custom-dataset.html
 */
import type { Demonstration, Preference, WeightedMessage } from "../core/training.ts";
import { chatMessage } from "../formats/chat-message.ts";
import { type Exporter, isLearned, mapped } from "./exporter.ts";
import { yamlFile } from "./yaml-file.ts";

export const swift: Exporter = {
  name: "swift",
  tool: "ms-swift",
  expresses: {
    preferences: "trajectories",
    masks: "each",
    exampleWeights: false,
    roles: "alternating",
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

const row = ({ messages }: Demonstration) => ({ messages: messages.map(marked) });

function pair({ prompt, chosen, rejected }: Preference) {
  const context = prompt.map((message) => marked({ ...message, weight: 0 }));
  return {
    messages: [...context, ...chosen.map(marked)],
    rejected_messages: [...context, ...rejected.map(marked)],
  };
}

const marked = (message: WeightedMessage) =>
  message.role === "assistant" ? { ...chatMessage(message), loss: isLearned(message) } : chatMessage(message);
