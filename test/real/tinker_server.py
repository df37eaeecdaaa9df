"""A server of the Tinker protocol for tests, which does the arithmetic for real on a small model.

    tinker_server.py CHECKPOINT FOLDER PORT [KEY]

CHECKPOINT is the base model, known to clients as `tiny`. With PORT 0 it takes a free one; it prints the port. Saved weights go to FOLDER and outlive the process; sessions and
models do not. With KEY every request must carry it. Requests are done one after the other, in the order they came, in
double precision, and their results are fetched later. As SkyRL's server, it samples only checkpoints whose model is loaded
and does not recognise a request that comes twice; as the hosted one, it answers 408 while a result is not there.

Tests make it misbehave: POST /test/faults takes a list of {"path", "times"} with "status" (and "after", for Retry-After),
"cut" (the connection, after the work was accepted), "lose" (the result), "hang" (no answer); GET /test/counts tells how often
each path was asked.

Adapters are those of peft, with alpha 32 as Tinker has it; rank 0 trains all weights.
"""

import json
import re
import socket
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM
from transformers.utils import logging

BASE_MODEL = "tiny"
ALPHA = 32
LONGEST_WAIT = 1.0
HANG = 5.0
PATH = re.compile(r"tinker://([\w-]+)/(weights|sampler_weights)/([\w-]+)")

base, folder, port = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
key = sys.argv[4] if len(sys.argv) > 4 else None
torch.set_num_threads(1)
logging.disable_progress_bar()


class Refused(Exception):
    """What the client asked for cannot be done: an HTTP status and the reason."""

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status = status


# --- the arithmetic ---


def open_model(rank, seed):
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float64, local_files_only=True).eval()
    if rank > 0:
        from peft import LoraConfig, get_peft_model

        model = get_peft_model(model, LoraConfig(r=rank, lora_alpha=ALPHA, target_modules="all-linear")).eval()
    return model


class Training:
    """A model that is trained: its weights, the gradients added up, the optimiser's moments."""

    def __init__(self, rank, seed):
        self.rank = rank
        self.model = open_model(rank, seed)
        self.weights = {name: p for name, p in self.model.named_parameters() if p.requires_grad}
        self.optimizer = torch.optim.AdamW(self.weights.values())

    def log_probabilities(self, datum):
        """log p of each target, with its gradient."""
        tokens = torch.tensor([tokens_of(datum["model_input"])])
        targets = torch.tensor(datum["loss_fn_inputs"]["target_tokens"]["data"])
        logits = self.model(input_ids=tokens).logits[0]
        return logits.log_softmax(-1).gather(1, targets[:, None])[:, 0]

    def cross_entropy(self, data, backward):
        outputs, total = [], 0.0
        for datum in data:
            with torch.set_grad_enabled(backward):
                found = self.log_probabilities(datum)
                weights = torch.tensor(datum["loss_fn_inputs"]["weights"]["data"], dtype=torch.float64)
                loss = -(weights * found).sum()
                if backward:
                    loss.backward()
            total += loss.item()
            values = found.tolist()
            outputs.append({"logprobs": {"data": values, "dtype": "float32", "shape": [len(values)]}})
        metrics = {"loss:sum": total}
        return {"loss_fn_output_type": "ArrayRecord", "loss_fn_outputs": outputs, "metrics": metrics}

    def step(self, adam):
        for group in self.optimizer.param_groups:
            group["lr"], group["eps"], group["weight_decay"] = adam["learning_rate"], adam["eps"], adam["weight_decay"]
            group["betas"] = (adam["beta1"], adam["beta2"])
        if adam["grad_clip_norm"] > 0:
            torch.nn.utils.clip_grad_norm_(self.weights.values(), adam["grad_clip_norm"])
        self.optimizer.step()
        self.optimizer.zero_grad()
        return {"metrics": {}}

    def state(self):
        return {name: p.detach().clone() for name, p in self.weights.items()}

    def load(self, file):
        with safe_open(file, "pt") as saved, torch.no_grad():
            for name, p in self.weights.items():
                p.copy_(saved.get_tensor(name))


@torch.inference_mode()
def sample(model, prompt, parameters):
    """Temperature 0 is greedy. The token that ends the sample is its last one."""
    generator = torch.Generator().manual_seed(parameters["seed"])
    tokens = []
    while len(tokens) < parameters["max_tokens"]:
        logits = model(input_ids=torch.tensor([prompt + tokens])).logits[0, -1]
        if parameters["temperature"] == 0:
            token = int(logits.argmax())
        else:
            chances = (logits / parameters["temperature"]).softmax(-1)
            token = int(torch.multinomial(chances, 1, generator=generator))
        tokens.append(token)
        if token in parameters["stop"]:
            return {"tokens": tokens, "stop_reason": "stop"}
    return {"tokens": tokens, "stop_reason": "length"}


def tokens_of(model_input):
    return [token for chunk in model_input["chunks"] for token in chunk["tokens"]]


# --- what is kept ---

sessions, models, sampling_sessions, futures = {}, {}, {}, {}
work = Queue()
faults, counts = [], Counter()
lock = threading.Lock()
names = Counter()


def new_id(kind):
    with lock:
        names[kind] += 1
        # Another process has other ids.
        return f"{kind}_{int(time.time() * 1000)}_{names[kind]}"


def model_named(name):
    if name not in models:
        raise Refused(404, f"Model {name} not found")
    return models[name]


def checkpoint_file(path, kind):
    found = PATH.fullmatch(path)
    if not found or found[2] != kind:
        raise Refused(400, f"expected tinker://RUN/{kind}/NAME, got {path}")
    file = folder / found[1] / kind / found[3]
    if not file.exists():
        raise Refused(404, f"Checkpoint not found: {path}")
    return file, found[1]


def rank_of(file):
    with safe_open(file, "pt") as saved:
        return int(saved.metadata()["rank"])


def save(name, kind, checkpoint):
    file = folder / name / kind / checkpoint
    file.parent.mkdir(parents=True, exist_ok=True)
    model = models[name]
    save_file(model.state(), file, metadata={"rank": str(model.rank)})
    return {"path": f"tinker://{name}/{kind}/{checkpoint}", "type": f"save_{kind}"}


def future(action):
    """The id under which the result of `action` can be fetched."""
    request, found = new_id("request"), {"done": threading.Event()}
    futures[request] = found
    work.put((found, action))
    return {"request_id": request, "future_id": request, "status": "pending"}


def do_work():
    while True:
        found, action = work.get()
        try:
            found["result"] = action()
        except Exception as error:
            found["failed"] = str(error)
        found["done"].set()


# --- the protocol ---


def create_session(body):
    assert isinstance(body["tags"], list) and body["sdk_version"]
    session = new_id("session")
    sessions[session] = True
    return {"type": "create_session", "session_id": session}


def known_session(body):
    if body["session_id"] not in sessions:
        raise Refused(404, "Session not found")


def session_heartbeat(body):
    known_session(body)
    return {"type": "session_heartbeat"}


def create_model(body):
    known_session(body)
    if body["base_model"] != BASE_MODEL:
        raise Refused(400, f"no model {body['base_model']}")
    name, lora = new_id("model"), body["lora_config"]

    def action():
        models[name] = Training(lora["rank"], lora["seed"])
        return {"model_id": name, "type": "create_model"}

    return future(action)


def unload_model(body):
    model_named(body["model_id"])
    return future(lambda: models.pop(body["model_id"]) and {"model_id": body["model_id"]})


def forward(body):
    model, given = model_named(body["model_id"]), body["forward_input"]
    return future(lambda: model.cross_entropy(given["data"], backward=False))


def forward_backward(body):
    model, given = model_named(body["model_id"]), body["forward_backward_input"]
    if given["loss_fn"] != "cross_entropy":
        raise Refused(400, f"no loss {given['loss_fn']}")
    return future(lambda: model.cross_entropy(given["data"], backward=True))


def optim_step(body):
    model = model_named(body["model_id"])
    return future(lambda: model.step(body["adam_params"]))


def save_weights(body):
    model_named(body["model_id"])
    return future(lambda: save(body["model_id"], "weights", body["path"]))


def save_weights_for_sampler(body):
    model_named(body["model_id"])
    return future(lambda: save(body["model_id"], "sampler_weights", body["path"]))


def load_weights(body):
    model = model_named(body["model_id"])
    file, _ = checkpoint_file(body["path"], "weights")
    return future(lambda: model.load(file) or {"path": body["path"], "type": "load_weights"})


def weights_info(body):
    file, _ = checkpoint_file(body["tinker_path"], "weights")
    rank = rank_of(file)
    return {"base_model": BASE_MODEL, "is_lora": rank > 0, "lora_rank": rank}


def create_sampling_session(body):
    known_session(body)
    session = new_id("sampling")
    sampling_sessions[session] = body
    return {"type": "create_sampling_session", "sampling_session_id": session}


def asample(body):
    if body["sampling_session_id"] not in sampling_sessions:
        raise Refused(404, "Sampling session not found")
    source = sampling_sessions[body["sampling_session_id"]]
    prompt, parameters = tokens_of(body["prompt"]), body["sampling_params"]
    if "base_model" in source:
        return future(lambda: {"sequences": [sample(open_model(0, 0), prompt, parameters)], "type": "sample"})
    file, name = checkpoint_file(source["model_path"], "sampler_weights")

    def action():
        if name not in models:
            raise Refused(400, f"Model {name} not loaded")
        training = Training(rank_of(file), 0)
        training.load(file)
        return {"sequences": [sample(training.model, prompt, parameters)], "type": "sample"}

    return future(action)


def retrieve_future(body):
    found = futures.get(body["request_id"])
    if not found:
        raise Refused(404, "Future not found")
    if not found["done"].wait(LONGEST_WAIT):
        raise Refused(408, "Timeout waiting for result")
    if "failed" in found:
        raise Refused(400, found["failed"])
    return found["result"]


def get_server_capabilities(_body):
    context = AutoModelForCausalLM.from_pretrained(base, local_files_only=True).config.max_position_embeddings
    return {"supported_models": [{"model_name": BASE_MODEL, "max_context_length": context}]}


ACTIONS = [create_session, session_heartbeat, create_model, unload_model, forward, forward_backward, optim_step]
ACTIONS += [save_weights, save_weights_for_sampler, load_weights, weights_info, create_sampling_session, asample]
ACTIONS += [retrieve_future, get_server_capabilities]
ACTIONS = {action.__name__: action for action in ACTIONS}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, headers=()):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        self.handle_request(None)

    def do_POST(self):
        self.handle_request(json.loads(self.rfile.read(int(self.headers["content-length"]))))

    def handle_request(self, body):
        if self.path == "/test/faults":
            faults.extend(body)
            return self.answer(200, {})
        if self.path == "/test/counts":
            return self.answer(200, counts)
        path = self.path.removeprefix("/api/v1/")
        fault = self.fault_for(path)
        if "hang" in fault:
            time.sleep(HANG)
        if "status" in fault:
            headers = [("retry-after", str(fault["after"]))] if "after" in fault else []
            return self.answer(fault["status"], {"detail": "as the test wants it"}, headers)
        if key is not None and self.headers["x-api-key"] != key:
            return self.answer(401, {"detail": "invalid API key"})
        try:
            answer = ACTIONS[path](body)
        except Refused as refused:
            return self.answer(refused.status, {"detail": str(refused)})
        if "lose" in fault:
            futures.pop(answer["request_id"])
        if "cut" in fault:
            self.close_connection = True
            return self.connection.shutdown(socket.SHUT_RDWR)
        return self.answer(200, answer)

    def fault_for(self, path):
        """The first that is left for this path; it is left one time less."""
        with lock:
            counts[path] += 1
            for fault in faults:
                if fault["path"] == path and fault["times"] > 0:
                    fault["times"] -= 1
                    return fault
        return {}


threading.Thread(target=do_work, daemon=True).start()
server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
print(server.server_port, flush=True)
server.serve_forever()
