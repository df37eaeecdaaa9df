"""Trains a checkpoint folder with TRL on rows that gleaner has tokenised and labelled.

    python train_trl.py config.json

`sft` examples are {"weight", "messages", "rows": [{"input_ids", "labels", "shows"}]}: a label of -100 is context, and within
a batch an example of weight 1/2 counts half as much as one of weight 1. `dpo` examples are {"prompt_ids", "chosen_ids",
"rejected_ids", "chosen_mask", "rejected_mask", "chosen_messages", "rejected_messages", "chosen_shows", "rejected_shows"}: a
mask of 0 is a token of the environment. For "shows" see check_tokens.py.

TRL's own ways of masking are not used: several of them train observations without a word. Rows go in as tokens; before
anything is loaded their ids are compared with those of transformers, and every collated batch with the file.

Standard output has one JSON object a line: "batch" (what was collated first, if asked for), "metrics" after every step,
and at the end "saved" or "error" with a reason. Whatever the libraries print goes to standard error.
"""

import json
import math
import os
import stat
import sys
import threading
from array import array
from pathlib import Path

from check_tokens import difference
from checkpoint_files import Refused, lacks_memory, open_model, open_tokenizer, save
from steps import laid_out
from template_variables import with_variables

CONTEXT = -100
METRICS = {
    "loss": "loss",
    "learning_rate": "learningRate",
    "grad_norm": "gradientNorm",
    "rewards/margins": "margin",
    "rewards/accuracies": "accuracy",
    "logps/chosen": "chosenLogProbability",
    "logps/rejected": "rejectedLogProbability",
}
SCHEDULES = {"cosine": "cosine", "constant": "constant_with_warmup"}


def main():
    say = events()
    die_with_parent()
    try:
        config = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
        train(config, say)
    except Refused as refused:
        fail(say, refused.reason, str(refused))
    except MemoryError as error:
        fail(say, "out of memory", str(error) or "Python could not get memory")
    except ImportError as error:
        fail(say, "packages missing", str(error))
    except Exception as error:
        import traceback

        traceback.print_exc()
        fail(say, "out of memory" if lacks_memory(error) else "failed", f"{type(error).__name__}: {error}")
    say(kind="saved")


def fail(say, reason, message):
    say(kind="error", reason=reason, message=message)
    # Other processes of the same training may wait for this one for ever.
    os._exit(3)


def events():
    """A function that writes an event. Only the first process of several is heard, except for its errors."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    is_first = os.environ.get("RANK", "0") == "0"

    def say(kind, **values):
        if is_first or kind == "error":
            out.write(json.dumps({"kind": kind, **values}) + "\n")
            out.flush()

    return say


def die_with_parent():
    """gleaner holds the other end of standard input; when it is gone, nobody waits for this training."""
    if not stat.S_ISFIFO(os.fstat(0).st_mode) and not stat.S_ISSOCK(os.fstat(0).st_mode):
        return

    def watch():
        while os.read(0, 4096):
            pass
        os._exit(4)

    threading.Thread(target=watch, daemon=True).start()


def train(config, say):
    examples = [json.loads(line) for line in Path(config["rows"]).open(encoding="utf-8")]
    tokenizer = open_tokenizer(config["from"])
    check_tokens(with_variables(tokenizer, config["settings"].get("template")), examples, config["kind"])

    import torch

    if torch.cuda.device_count() > 1 and "WORLD_SIZE" not in os.environ:
        count = torch.cuda.device_count()
        raise Refused("settings", f"{count} GPUs are visible, expected one, or an accelerate config that uses them")
    trainer = make_trainer(config, examples, tokenizer, say)
    trainer.train()
    save(trainer, config)


def check_tokens(tokenizer, examples, kind):
    """Refuses examples whose ids are not those that transformers gives for the same messages."""
    for number, example in enumerate(examples):
        if kind == "sft":
            sides = [("", example["messages"], row["input_ids"], row["shows"]) for row in example["rows"]]
        else:
            sides = [
                (
                    f" ({side})",
                    example[f"{side}_messages"],
                    example["prompt_ids"] + example[f"{side}_ids"],
                    example[f"{side}_shows"],
                )
                for side in ("chosen", "rejected")
            ]
        for side, messages, ids, shows in sides:
            row = {"messages": messages, "tools": example.get("tools"), "ids": ids, "shows": shows}
            found = difference(tokenizer, row)
            if found:
                position, expected, ours = found["position"], found["expected"], found["found"]
                raise Refused(
                    "tokens differ",
                    f"example {number}{side}: transformers tokenises it otherwise from token {position} on: "
                    f"expected {json.dumps(expected, ensure_ascii=False)}, found {json.dumps(ours, ensure_ascii=False)}",
                )


def rows_of(examples, kind):
    """What TRL is to take, a list for each example: the rows of a demonstration, or the preference itself."""
    if kind == "dpo":
        return [[{key: value for key, value in pair.items() if not is_aside(key)}] for pair in examples]
    return [
        [{"input_ids": row["input_ids"], "labels": row["labels"], "weight": example["weight"]} for row in example["rows"]]
        for example in examples
    ]


def is_aside(name):
    """Of a preference: what is there to be compared, not trained on."""
    return name.endswith("messages") or name.endswith("shows") or name == "tools"


def ordered(rows, settings, seed):
    """(all rows, the order in which TRL is to take them or None, what it is told of batches)."""
    flat = [row for each in rows for row in each]
    if len(flat) == len(rows):
        return flat, None, batching(settings)
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    order, accumulated = laid_out([len(each) for each in rows], seed, settings, processes)
    start = flat[0]["input_ids"][:2]
    nothing = {"input_ids": start, "labels": [CONTEXT] * len(start), "weight": 1}
    batches = {
        "per_device_train_batch_size": settings["deviceBatch"],
        "gradient_accumulation_steps": accumulated,
        "train_sampling_strategy": "sequential",
    }
    return [*flat, nothing], [index % (len(flat) + 1) for index in order], batches


def make_trainer(config, examples, tokenizer, say):
    """The trainer for these examples, ready to go."""
    import torch
    from datasets import Dataset

    settings, kind = config["settings"], config["kind"]
    is_gpu = torch.cuda.is_available()
    half = is_gpu and settings["precision"] == "bf16"
    # A frozen model under adapters loses nothing by half precision; one that takes small steps itself would lose them.
    model = open_model(config["from"], torch.bfloat16 if half and settings["loraRank"] else torch.float32)
    if settings["loraRank"]:
        from peft import LoraConfig

        rank = settings["loraRank"]
        adapters = LoraConfig(r=rank, lora_alpha=2 * rank, target_modules="all-linear", task_type="CAUSAL_LM")
    else:
        adapters = None
    rows, order, batches = ordered(rows_of(examples, kind), settings, config["seed"])
    arguments = {
        "output_dir": config["work"],
        **batches,
        "max_steps": settings["steps"],
        "learning_rate": settings["learningRate"],
        "lr_scheduler_type": SCHEDULES[settings["schedule"]],
        "warmup_steps": settings["warmup"],
        "weight_decay": settings["weightDecay"],
        "max_grad_norm": settings["gradientClip"],
        "optim": "adamw_torch",
        "seed": config["seed"],
        "bf16": half,
        "gradient_checkpointing": is_gpu,
        "use_cpu": not is_gpu,
        # Lengths were checked before: nothing is ever cut.
        "max_length": None,
        "save_strategy": "no",
        "logging_steps": 1,
        # A loss that is no number must be seen, not left out.
        "logging_nan_inf_filter": False,
        "report_to": [],
        "disable_tqdm": True,
    }
    data = Dataset.from_list(rows)
    data = data if order is None else data.select(order)
    common = {"model": model, "train_dataset": data, "processing_class": tokenizer, "peft_config": adapters}
    make = make_sft if kind == "sft" else make_dpo
    trainer = make(arguments, common, config)
    trainer.data_collator = checked(trainer.data_collator, rows, say if config["reportBatch"] else None)
    trainer.add_callback(metrics_callback(settings["steps"], say))
    return trainer


def batching(settings):
    """Examples at a time on one device, and how often before a step, so that all devices together make one batch."""
    batch, processes = settings["batch"], int(os.environ.get("WORLD_SIZE", "1"))
    each, rest = divmod(batch, processes)
    if rest or each == 0:
        raise Refused("settings", f"batch {batch} for {processes} processes, expected a multiple of {processes}")
    device = max(size for size in range(1, settings["deviceBatch"] + 1) if each % size == 0)
    return {"per_device_train_batch_size": device, "gradient_accumulation_steps": each // device}


def make_sft(arguments, common, _config):
    from trl import SFTConfig, SFTTrainer

    class WeightedTrainer(SFTTrainer):
        """The loss of a batch is the sum of weight times -log p over its learned tokens, divided by the sum of weights."""

        def _set_signature_columns_if_needed(self):
            super()._set_signature_columns_if_needed()
            self._signature_columns = [*self._signature_columns, "weight"]

        def _get_num_items_in_batch(self, batch_samples, device):
            learned = [batch["labels"][:, 1:].ne(CONTEXT).sum(1) for batch in batch_samples]
            total = sum((count * batch["weight"]).sum() for count, batch in zip(learned, batch_samples)).to(device)
            if self.args.average_tokens_across_devices and self.args.world_size > 1:
                total = self.accelerator.gather(total).sum()
            return total

        def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
            weight = inputs["weight"]
            inputs = {key: value for key, value in inputs.items() if key != "weight"}
            outputs = model(**inputs, use_cache=False, fused_lm_head=True)
            loss = -(outputs.log_probs * weight[:, None]).sum() / num_items_in_batch
            if self.args.average_tokens_across_devices:
                # Gradients of several processes are averaged, but `num_items_in_batch` counts the tokens of all.
                loss = loss * self.accelerator.num_processes
            return (loss, outputs) if return_outputs else loss

    weights = common["train_dataset"]["weight"]
    is_weighted = any(weight != 1 for weight in weights)
    args = SFTConfig(**arguments, packing=False, dataset_kwargs={"skip_prepare_dataset": True})
    if not is_weighted:
        return SFTTrainer(args=args, **common)
    trainer = WeightedTrainer(args=args, **common)
    trainer.data_collator = with_weights(trainer.data_collator)
    return trainer


def with_weights(collate):
    import torch

    def collate_weighted(examples):
        batch = collate(examples)
        return {**batch, "weight": torch.tensor([example["weight"] for example in examples], dtype=torch.float32)}

    return collate_weighted


def make_dpo(arguments, common, config):
    from trl import DPOConfig, DPOTrainer
    from trl.trainer.dpo_trainer import DataCollatorForPreference

    class MaskedTrainer(DPOTrainer):
        """Takes rows that are tokens already, and keeps their masks."""

        def _prepare_dataset(self, dataset, *_):
            return dataset

        def _set_signature_columns_if_needed(self):
            super()._set_signature_columns_if_needed()
            self._signature_columns = [*self._signature_columns, "chosen_mask", "rejected_mask"]

    args = DPOConfig(**arguments, beta=config["beta"])
    collate = DataCollatorForPreference(pad_token_id=common["processing_class"].pad_token_id)
    return MaskedTrainer(args=args, data_collator=masked(collate), **common)


def masked(collate):
    """TRL counts every token after the prompt; this leaves out those that the environment wrote."""
    import torch

    def collate_masked(examples):
        batch = collate(examples)
        for index, example in enumerate(examples):
            start = len(example["prompt_ids"])
            for row, side in ((index, "chosen"), (len(examples) + index, "rejected")):
                mask = torch.tensor(example[f"{side}_mask"])
                batch["completion_mask"][row, start : start + len(mask)] = mask
        return batch

    return collate_masked


def checked(collate, rows, report):
    """Compares what is collated with what the file has, batch for batch; tells `report` of the first one."""
    known = {}
    for row in rows:
        for ids, labels in labelled(row):
            known.setdefault(packed(ids), set()).add(packed(labels))
    first = [report] if report else []

    def collate_checked(examples):
        batch = collate(examples)
        ids, lengths = batch["input_ids"].tolist(), batch["attention_mask"].sum(1).tolist()
        labels = labels_of(batch).tolist()
        for row_ids, row_labels, length in zip(ids, labels, lengths):
            written = known.get(packed(row_ids[:length]), ())
            padding = set(row_labels[length:]) - {CONTEXT}
            if packed(row_labels[:length]) not in written or padding:
                start = row_ids[:10]
                raise Refused("labels differ", f"TRL collated other labels than were written for the tokens {start} …")
        if first:
            first.pop()(kind="batch", inputIds=ids, labels=labels)
        return batch

    return collate_checked


def packed(numbers):
    return array("i", numbers).tobytes()


def labelled(row):
    """The (ids, labels) of a row: one pair for a demonstration, two for a preference."""
    if "input_ids" in row:
        return [(row["input_ids"], row["labels"])]
    context = [CONTEXT] * len(row["prompt_ids"])
    return [
        (
            row["prompt_ids"] + row[f"{side}_ids"],
            context + [token if keep else CONTEXT for token, keep in zip(row[f"{side}_ids"], row[f"{side}_mask"])],
        )
        for side in ("chosen", "rejected")
    ]


def labels_of(batch):
    if "labels" in batch:
        return batch["labels"]
    return batch["input_ids"].masked_fill(batch["completion_mask"] == 0, CONTEXT)


def metrics_callback(steps, say):
    from transformers import TrainerCallback

    class Metrics(TrainerCallback):
        def on_log(self, args, state, control, logs=None, **_):
            if "loss" not in logs:
                return
            values = {METRICS[name]: float(value) for name, value in logs.items() if name in METRICS}
            for name, value in values.items():
                if not math.isfinite(value):
                    raise Refused("diverged", f"{name} is {value} at step {state.global_step} of {steps}")
            say(kind="metrics", step=state.global_step, values=values)

    return Metrics()


if __name__ == "__main__":
    main()
