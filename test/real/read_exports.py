"""What real tools learn from exported files: each file loaded with the tool's own code, the learned tokens decoded.

Reads {"jobs": [{"tool", "folder", "model", "template"?}]} from standard input and prints, for each job, {"rows": [[text, ...],
...], "tokens": [{"ids", "learned"}, ...]} with the learned stretches of each row, and what they are cut out of where a tool has
its tokens apart; or {"error"}. Packages that a tool imports for pictures, sound or clusters only are
replaced by empty modules.
"""

import json
import os
import sys
import traceback
import types
import warnings

os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false", CUDA_VISIBLE_DEVICES="", DISABLE_VERSION_CHECK="1")
warnings.filterwarnings("ignore")

import datasets
import yaml
from transformers import AutoTokenizer

datasets.disable_progress_bars()


def empty(name, **members):
    module = types.ModuleType(name)
    module.__dict__.update(members)
    module.__spec__ = None
    sys.modules[name] = module


def marked(ids, learned):
    return [(token, bool(is_learned)) for token, is_learned in zip(ids, learned)]


def stretches(tokenizer, row):
    """The texts of the runs of learned tokens."""
    texts, run = [], []
    for token, is_learned in [*row, (None, False)]:
        if is_learned:
            run.append(token)
        elif run:
            texts.append(tokenizer.decode(run))
            run = []
    return texts


def tiny_model(tokenizer):
    from transformers import LlamaConfig, LlamaForCausalLM

    sizes = dict(hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1, num_key_value_heads=1)
    return LlamaForCausalLM(LlamaConfig(vocab_size=len(tokenizer), **sizes))


def trl_arguments(job, config, make_parser):
    arguments = ["--config", config, "--model_name_or_path", job["model"], "--output_dir", job["folder"] + ".out"]
    cpu = ["--use_cpu", "--bf16", "False", "--report_to", "none"]
    return make_parser().parse_args_and_config([*arguments, *cpu], fail_with_unknown_args=False)


def trl(job, tokenizer):
    from trl import DPOTrainer, SFTTrainer, get_dataset
    from trl.scripts import dpo, sft

    preferences = os.path.exists("dpo.yaml")
    name, script, trainer = ("dpo.yaml", dpo, DPOTrainer) if preferences else ("sft.yaml", sft, SFTTrainer)
    _, arguments, _, mixture = trl_arguments(job, name, script.make_parser)[:4]
    model = job["model"] if preferences else tiny_model(tokenizer)
    made = trainer(model=model, args=arguments, train_dataset=get_dataset(mixture)["train"], processing_class=tokenizer)
    batch = made.data_collator(list(made.train_dataset))
    learned = batch["completion_mask"] == 1 if preferences else batch["labels"] != -100
    columns = (batch["input_ids"], learned, batch["attention_mask"])
    # What is filled up to the longest row is none of it.
    return [[(i, x) for i, x, real in zip(*row) if real] for row in zip(*(column.tolist() for column in columns))]


def axolotl(job, tokenizer):
    from axolotl.prompt_strategies.chat_template import load
    from axolotl.utils.dict import DictDefault
    from axolotl.utils.schemas.datasets import SFTDataset

    if os.path.exists("dpo.yaml"):
        from axolotl.prompt_strategies.dpo.chat_template import default

        transform, _ = default(yaml.safe_load(open("dpo.yaml")))
        rows = [transform(json.loads(line), tokenizer=tokenizer) for line in open("train.jsonl")]
        return [[row[side]] for row in rows for side in ("chosen", "rejected")]
    config = DictDefault(yaml.safe_load(open("sft.yaml")))
    entry = SFTDataset(**config.datasets[0])
    strategy = load(tokenizer, config, ds_cfg=entry.model_dump(exclude_none=True))
    rows = datasets.load_dataset("json", data_files="train.jsonl", split="train")
    tokenised = [strategy.tokenize_prompt(row) for row in rows]
    return [marked(row["input_ids"], [x != -100 for x in row["labels"]]) for row in tokenised]


def llamafactory(job, tokenizer):
    empty("torchaudio")
    from llamafactory.data import get_dataset, get_template_and_fix_tokenizer
    from llamafactory.hparams import DataArguments, ModelArguments
    from transformers import Seq2SeqTrainingArguments

    preferences = os.path.exists("dpo.yaml")
    config = yaml.safe_load(open("dpo.yaml" if preferences else "sft.yaml"))
    keys = ("dataset", "dataset_dir", "cutoff_len", "mask_history", "preserve_thinking")
    data = DataArguments(template=job.get("template", "chatml"), **{key: config[key] for key in keys if key in config})
    template = get_template_and_fix_tokenizer(tokenizer, data)
    training = Seq2SeqTrainingArguments(output_dir=job["folder"] + ".out", use_cpu=True, report_to=[])
    model = ModelArguments(model_name_or_path=job["model"])
    stage = "rm" if preferences else "sft"
    made = get_dataset(template, model, data, training, stage=stage, tokenizer=tokenizer)["train_dataset"]
    return [
        marked(row[side + "input_ids"], [x != -100 for x in row[side + "labels"]])
        for row in made
        for side in (("chosen_", "rejected_") if preferences else ("",))
    ]


def llamafactory_v1(job, tokenizer):
    from llamafactory.v1.core.data_engine import DataEngine
    from llamafactory.v1.core.utils.rendering import Renderer

    rows = DataEngine(yaml.safe_load(open("sft.yaml"))["train_dataset"])
    made = Renderer(job.get("template", "chatml"), tokenizer).process_samples([rows[index] for index in range(len(rows))])
    return [marked(row["input_ids"], [x > 0 for x in row["loss_weights"]]) for row in made]


def swift(job, tokenizer):
    empty("aiohttp")
    from swift.dataset import load_dataset
    from swift.model import get_model_processor
    from swift.template import get_template

    config = yaml.safe_load(open("sft.yaml" if os.path.exists("sft.yaml") else "dpo.yaml"))
    rows, _ = load_dataset(config["dataset"], strict=config["strict"], shuffle=False, load_from_cache_file=False)
    name = job.get("template", "chatml")
    _, processor = get_model_processor(job["model"], load_model=False, model_type="llama", template_type=name)
    # By default the length that the model was made for, which here is a tiny one.
    template = get_template(processor, template_type=name, loss_scale=config["loss_scale"], max_length=1 << 20)
    template.set_mode("rlhf" if "rlhf_type" in config else "train")
    found = []
    for row in rows:
        encoded = template.encode(row)
        for side in ("chosen_", "rejected_") if "rlhf_type" in config else ("",):
            ids, labels = encoded[side + "input_ids"], encoded[side + "labels"]
            found.append(marked(ids, [x != -100 for x in labels]))
    return found


def tinker(job, tokenizer):
    from tinker_cookbook.renderers import TrainOnWhat, get_renderer

    renderer = get_renderer("role_colon", tokenizer)
    found = []
    for line in open("train.jsonl"):
        messages = json.loads(line)["messages"]
        tokens, weights = renderer.build_supervised_example(messages, train_on_what=TrainOnWhat.CUSTOMIZED)
        found.append(marked(tokens.to_ints(), [x > 0 for x in weights.tolist()]))
    return found


def verl(job, tokenizer):
    empty("ray", ObjectRef=object)
    empty("verl.models.transformers.qwen2_vl", get_rope_index=None)
    import importlib.util

    from omegaconf import OmegaConf

    settings = dict(line.strip().split("=", 1) for line in open("sft-args.txt"))
    spec = importlib.util.spec_from_file_location("masked", settings["data.custom_cls.path"])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    dataset = getattr(module, settings["data.custom_cls.name"])
    config = {key.removeprefix("data."): value for key, value in settings.items() if "custom" not in key}
    config.update(pad_mode="no_padding", max_length=int(config["max_length"]))
    rows = dataset(parquet_files="train.parquet", tokenizer=tokenizer, config=OmegaConf.create(config))
    made = [rows[index] for index in range(len(rows))]
    return [marked(row["input_ids"].tolist(), row["loss_mask"].tolist()) for row in made]


TOOLS = {
    "trl": trl,
    "axolotl": axolotl,
    "llamafactory": llamafactory,
    "llamafactory-v1": llamafactory_v1,
    "swift": swift,
    "tinker": tinker,
    "verl": verl,
}


def answer(job):
    # The tools read the files that their configs name, seen from the export's folder.
    os.chdir(job["folder"])
    try:
        tokenizer = AutoTokenizer.from_pretrained(job["model"])
        rows = TOOLS[job["tool"]](job, tokenizer)
        if not rows or isinstance(rows[0][0], str):
            return {"rows": rows, "tokens": None}
        tokens = [{"ids": [token for token, _ in row], "learned": [bool(x) for _, x in row]} for row in rows]
        return {"rows": [stretches(tokenizer, row) for row in rows], "tokens": tokens}
    except Exception:
        return {"error": traceback.format_exc()}


question = json.load(sys.stdin)
# Whatever the tools print must not end up in the answer.
out, sys.stdout = sys.stdout, sys.stderr
print(json.dumps([answer(job) for job in question["jobs"]]), file=out)
