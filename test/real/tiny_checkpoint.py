"""Makes a Llama of 160,000 parameters with random weights and a byte-level tokenizer of 1,024 tokens learned from `texts`.

Reads {"to", "texts"} from standard input, prints {"parameters"}. The same texts give the same bytes.
"""

import json
import sys

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

job = json.load(sys.stdin)
TEMPLATE = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\\n' }}"
    "{% if m['role'] == 'assistant' %}{% generation %}{{ m['content'] + '<|im_end|>' }}{% endgeneration %}"
    "{% else %}{{ m['content'] + '<|im_end|>' }}{% endif %}{{ '\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
SPECIAL = ["<|pad|>", "<|im_start|>", "<|im_end|>"]

tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.decoder = decoders.ByteLevel()
alphabet = pre_tokenizers.ByteLevel.alphabet()
trainer = trainers.BpeTrainer(
    vocab_size=1024, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False
)
tokenizer.train_from_iterator(job["texts"], trainer)
pad, start, end = SPECIAL
wrapped = PreTrainedTokenizerFast(
    tokenizer_object=tokenizer, pad_token=pad, bos_token=start, eos_token=end, chat_template=TEMPLATE
)
wrapped.save_pretrained(job["to"])

torch.manual_seed(0)
config = LlamaConfig(
    vocab_size=1024,
    hidden_size=64,
    intermediate_size=176,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=1024,
    # With the usual 0.02, so narrow a model hardly attends to anything for hundreds of steps.
    initializer_range=0.1,
    tie_word_embeddings=True,
    pad_token_id=0,
    bos_token_id=1,
    eos_token_id=2,
)
model = LlamaForCausalLM(config)
model.save_pretrained(job["to"])
print(json.dumps({"parameters": sum(p.numel() for p in model.parameters())}))
