/**
 * slime, its supervised rollout (`slime.rollout.sft_rollout.generate_rollout`).
 *
 * `step_loss_mask` on a message: anything but 1 masks it; only assistant messages are learned in any case. Of models of the
 * DeepSeek-R1 distill family slime learns the last message alone (`--loss-mask-type distill_qwen`), whatever the marks say.
 * Messages go to the model's chat template as they are: calls with arguments as objects, thoughts as `reasoning_content`.
 * There are no preferences.
 *
 * Source: THUDM/slime, slime/utils/mask_utils.py (MultiTurnLossMaskGenerator), slime/rollout/sft_rollout.py at
 * 02e4f86b82138f5305d50ceb33b4736a07978caf, slime/utils/data.py (`tool_key`) at 624b824a898ab0ec1fcb4d373004c7f3852bf515, docs/en/examples/qwen3-4b-base-openhermes.md
 */
import type { Demonstration } from "../core/training.ts";
import { chatTool } from "../formats/chat-message.ts";
import { hasCalls, templateMessage } from "./calls.ts";
import { type Exporter, mapped } from "./exporter.ts";

const ARGUMENTS = `# Arguments of slime's train_async.py beside those of your model; run it in this folder, or give the data's whole path.
# Add --loss-mask-type (qwen, qwen3): the way your model's chat template marks turns. Not distill_qwen, which ignores masks.
SFT_ARGS=(
   --rollout-function-path slime.rollout.sft_rollout.generate_rollout
   --prompt-data train.jsonl
   --input-key messages
   --rollout-shuffle
   --loss-type sft_loss
   --calculate-per-token-loss
   --disable-compute-advantages-and-returns
   --debug-train-only
)
`;

const TOOL_KEY = "\n   --tool-key tools\n   --rollout-shuffle";

export const slime: Exporter = {
  name: "slime",
  tool: "slime",
  rendering: "tool",
  expresses: {
    ...{ preferences: "none", masks: "each", exampleWeights: false, roles: "any", thoughts: true },
    calls: { arguments: "object", ids: true, preferences: false, beside: true, several: true },
  },
  command: () => `source sft-args.sh, then train_async.py "\${SFT_ARGS[@]}" with your model's arguments`,
  files(set) {
    if (set.kind === "dpo") return [];
    return [
      { kind: "jsonl", name: "train.jsonl", rows: () => mapped(set.examples, row) },
      {
        kind: "text",
        name: "sft-args.sh",
        text: hasCalls(set) ? ARGUMENTS.replace("\n   --rollout-shuffle", TOOL_KEY) : ARGUMENTS,
      },
    ];
  },
};

const row = ({ messages, tools }: Demonstration) => ({
  messages: messages.map((message) => ({ ...templateMessage(message), step_loss_mask: message.weight })),
  ...(tools && { tools: tools.map(chatTool) }),
});
