/**
 * slime, its supervised rollout (`slime.rollout.sft_rollout.generate_rollout`).
 *
 * `step_loss_mask` on a message: anything but 1 masks it; only assistant messages are learned in any case. Of models of the
 * DeepSeek-R1 distill family slime learns the last message alone (`--loss-mask-type distill_qwen`), whatever the marks say.
 * There are no preferences.
 *
 * Source: THUDM/slime, slime/utils/mask_utils.py (MultiTurnLossMaskGenerator), slime/rollout/sft_rollout.py at
 * 02e4f86b82138f5305d50ceb33b4736a07978caf, docs/en/examples/qwen3-4b-base-openhermes.md
 */
import type { Demonstration } from "../core/training.ts";
import { chatMessage } from "../formats/chat-message.ts";
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

export const slime: Exporter = {
  name: "slime",
  tool: "slime",
  expresses: { preferences: "none", masks: "each", exampleWeights: false, roles: "any" },
  command: () => `source sft-args.sh, then train_async.py "\${SFT_ARGS[@]}" with your model's arguments`,
  files(set) {
    if (set.kind === "dpo") return [];
    return [
      { kind: "jsonl", name: "train.jsonl", rows: () => mapped(set.examples, row) },
      { kind: "text", name: "sft-args.sh", text: ARGUMENTS },
    ];
  },
};

const row = ({ messages }: Demonstration) => ({
  messages: messages.map((message) => ({ ...chatMessage(message), step_loss_mask: message.weight })),
});
