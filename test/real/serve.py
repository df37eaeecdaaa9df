"""A small OpenAI-compatible server for tests: one checkpoint, each request with its own seed and temperature.

    serve.py CHECKPOINT PORT

It speaks /v1/models and /v1/chat/completions (n, seed, temperature, max_tokens, return_token_ids) and refuses every field that it
does not know, so that nothing is ignored silently. Requests are answered one after the other.
"""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, DynamicCache

KNOWN = {"model", "messages", "temperature", "seed", "n", "max_tokens", "return_token_ids"}

checkpoint, port = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(1)
model = AutoModelForCausalLM.from_pretrained(checkpoint, dtype=torch.float32, local_files_only=True).eval()
tokenizer = AutoTokenizer.from_pretrained(checkpoint, local_files_only=True)
context = model.config.max_position_embeddings
one_at_a_time = threading.Lock()


class Refused(Exception):
    """What the client asked for cannot be done."""


def end_tokens():
    ends = model.generation_config.eos_token_id
    return set(ends if isinstance(ends, list) else [ends])


@torch.inference_mode()
def sample(prompt, temperature, seed, limit):
    """The tokens behind `prompt`, and why they end. Temperature 0 is greedy."""
    generator = torch.Generator().manual_seed(seed)
    cache, read, tokens = DynamicCache(), prompt, []
    while len(tokens) < limit:
        logits = model(input_ids=torch.tensor([read]), past_key_values=cache, use_cache=True).logits[0, -1].float()
        if temperature <= 0:
            token = int(logits.argmax())
        else:
            token = int(torch.multinomial((logits / temperature).softmax(-1), 1, generator=generator))
        tokens.append(token)
        if token in end_tokens():
            return tokens, "stop"
        read = [token]
    return tokens, "length"


def complete(request):
    unknown = sorted(set(request) - KNOWN)
    if unknown:
        raise Refused(f"unknown fields {unknown}")
    prompt = tokenizer.apply_chat_template(request["messages"], add_generation_prompt=True)["input_ids"]
    limit = request.get("max_tokens", 64)
    if len(prompt) + limit > context:
        raise Refused(f"maximum context length is {context} tokens, got {len(prompt)} + {limit}")
    choices, spent = [], 0
    for index in range(request.get("n", 1)):
        seed = request.get("seed", 0) * 1000 + index
        tokens, reason = sample(prompt, request.get("temperature", 1.0), seed, limit)
        spent += len(tokens)
        text = tokenizer.decode(tokens, skip_special_tokens=True)
        choice = {"index": index, "message": {"role": "assistant", "content": text}, "finish_reason": reason}
        choices.append(choice | ({"token_ids": tokens} if request.get("return_token_ids") else {}))
    usage = {"prompt_tokens": len(prompt), "completion_tokens": spent, "total_tokens": len(prompt) + spent}
    ids = {"prompt_token_ids": prompt} if request.get("return_token_ids") else {}
    answer = {"id": "chat", "object": "chat.completion", "model": request["model"], "choices": choices, "usage": usage}
    return answer | ids


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        self.answer(200, {"object": "list", "data": [{"id": checkpoint, "object": "model", "max_model_len": context}]})

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        try:
            with one_at_a_time:
                answer = complete(request)
            self.answer(200, answer)
        except Refused as refused:
            self.answer(400, {"error": {"message": str(refused), "type": "invalid_request_error"}})


ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
