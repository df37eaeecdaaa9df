# Arguments of slime's train_async.py beside those of your model; run it in this folder, or give the data's whole path.
# Add --loss-mask-type (qwen, qwen3): the way your model's chat template marks turns. Not distill_qwen, which ignores masks.
SFT_ARGS=(
   --rollout-function-path slime.rollout.sft_rollout.generate_rollout
   --prompt-data train.jsonl
   --input-key messages
   --tool-key tools
   --rollout-shuffle
   --loss-type sft_loss
   --calculate-per-token-loss
   --disable-compute-advantages-and-returns
   --debug-train-only
)
