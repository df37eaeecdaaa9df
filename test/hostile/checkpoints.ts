/**
 * Checkpoint folders of strangers: configurations, weights, tokenizers, chat templates and GGUF files. None of them computes
 * for long or fills the memory; limits.test.ts of the tokenizers has what is slow.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../../src/core/json.ts";
import { random } from "../../src/core/random.ts";
import { readCheckpoint } from "../../src/model/checkpoint.ts";
import { convertGguf } from "../../src/model/gguf-checkpoint.ts";
import { openChatTokenizer } from "../../src/tokenizers/chat-tokenizer.ts";
import type { Row } from "../../src/tokenizers/rows.ts";
import { context, demonstration, learned } from "../chat-checkpoint.ts";
import { encodeGguf, ARCHITECTURE as GGUF, METADATA, tensorsOf, type Value } from "../gguf-file.ts";
import { changes, cuts, flips, mutated } from "../mutating.ts";
import { pretrainedCheckpoint } from "../pretrained-checkpoint.ts";
import { randomParameters } from "../tiny-model.ts";
import type { HostileCase, Reading } from "./judging.ts";

const OTHERS: readonly Json[] = [null, true, -1, 0, 1.5, 1e12, "", "\u001b[2J", [], {}];
const CONFIG_KEYS = [
  "vocab_size",
  "hidden_size",
  "intermediate_size",
  "num_hidden_layers",
  "num_attention_heads",
  "num_key_value_heads",
];
const OTHER_KEYS = [
  "max_position_embeddings",
  "rope_theta",
  "rms_norm_eps",
  "tie_word_embeddings",
  "model_type",
  "hidden_act",
  "rope_scaling",
  "rope_parameters",
  "head_dim",
  "attention_bias",
  "mlp_bias",
  "a_member_that_nobody_knows",
];

const TEMPLATES: readonly string[] = [
  ...[
    "",
    "{",
    "{{",
    "{% for %}",
    "{% for m in messages %}",
    "{% endfor %}",
    "{{ }}",
    "{% if %}{% endif %}",
    "{{ 1 / }}",
    "{# open",
  ],
  ...["{{ messages.constructor }}", "{{ messages.__proto__ }}", "{{ ''.constructor.constructor('return 1')() }}"],
  ...["{{ undefined_thing }}", "{{ undefined_thing.more }}", "{{ messages[99].content }}", "{{ messages | nothing }}"],
  ...[
    "{{ messages() }}",
    "{{ raise_exception('\u001b[2Jno') }}",
    "{{ raise_exception(7) }}",
    "{{ strftime_now('%Y') }}",
  ],
  ...[
    "{{ range(1, 2, 0) }}",
    "{{ range('a') }}",
    "{{ 'a' * 3 }}",
    "{{ [1] + 1 }}",
    "{{ 1 ~ none }}",
    "{{ namespace() }}",
  ],
  ...[
    "{% set x = %}",
    "{% include 'x' %}",
    "{% import 'x' as y %}",
    "{% extends 'x' %}",
    "{% break %}",
    "{% macro %}{% endmacro %}",
  ],
  ...[
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    `${"(".repeat(300)}1${")".repeat(300)}`,
    `{{ ${"(".repeat(300)}1${")".repeat(300)} }}`,
  ],
  ...[
    `{{ ${"[".repeat(2000)}${"]".repeat(2000)} }}`,
    "{{ messages | tojson }}",
    "{{ messages[0].content | length }}",
    "\ud83d",
  ],
  ...[
    "{{ messages | map(attribute='x') | join }}",
    "{{ messages | selectattr('role', 'nothing') }}",
    "{{ 1 | int(base=99) }}",
  ],
  "{% for m in messages %}{{ '<|im_start|>' + m.role }}{% endfor %}{% generation %}",
];

export async function* hostileCheckpoints(folder: string): AsyncGenerator<HostileCase> {
  const good = join(folder, "good");
  const ends: (() => void)[] = [];
  pretrainedCheckpoint({ after: (end) => ends.push(end) }, good);
  for (const end of ends) end();
  yield { ...changed("good weights", good, folder, {}, readWeights), expected: "read" };
  yield { ...changed("good tokens", good, folder, {}, readTokens), expected: "read" };
  yield* configs(good, folder);
  yield* weights(good, folder);
  yield* tokenizers(good, folder);
  yield* ggufs(folder);
}

type Content = string | Uint8Array;

/** A copy of the good folder with other `files`, read by `reader`. */
function changed(
  name: string,
  good: string,
  folder: string,
  files: Readonly<Record<string, Content>>,
  reader: (folder: string) => Reading,
): HostileCase {
  const at = join(folder, "hostile");
  return {
    name,
    // What is wrong with one conversation names its message; who trains or exports it names the example.
    place: new RegExp(`${at}|^message \\d|^the text |^expected a text `),
    read() {
      rmSync(at, { recursive: true, force: true });
      cpSync(good, at, { recursive: true });
      for (const [file, content] of Object.entries(files)) writeFileSync(join(at, file), content);
      return reader(at);
    },
  };
}

function readWeights(folder: string): Reading {
  const { config, parameters } = readCheckpoint(folder);
  const stored = JSON.parse(readFileSync(join(folder, "config.json"), "utf8")) as Record<string, unknown>;
  const lost = CONFIG_KEYS.find((key) => stored[key] !== undefined && stored[key] !== (config as never)[key]);
  return { lost: lost ?? (parameters.size === 0 ? "every parameter" : undefined) };
}

function* configs(good: string, folder: string): Generator<HostileCase> {
  const config = JSON.parse(readFileSync(join(good, "config.json"), "utf8")) as Record<string, Json>;
  const text = (name: string, content: Content) =>
    changed(`config.json: ${name}`, good, folder, { "config.json": content }, readWeights);
  for (const key of [...CONFIG_KEYS, ...OTHER_KEYS]) {
    for (const [index, other] of OTHERS.entries())
      yield text(`${key} = odd ${index}`, JSON.stringify({ ...config, [key]: other }));
    yield text(`${key} is not there`, JSON.stringify({ ...config, [key]: undefined }));
  }
  for (const content of ["", "{", "null", "[]", "7", '"x"', "\u0000", "[".repeat(9000)])
    yield text(content.slice(0, 9), content);
}

function* weights(good: string, folder: string): Generator<HostileCase> {
  const bytes = readFileSync(join(good, "model.safetensors"));
  const length = Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString()) as Record<string, Json>;
  const file = (name: string, content: Uint8Array) =>
    changed(`model.safetensors: ${name}`, good, folder, { "model.safetensors": content }, readWeights);
  const headed = (name: string, head: string, said = BigInt(Buffer.byteLength(head))) => {
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(said);
    return file(name, Buffer.concat([size, Buffer.from(head), bytes.subarray(8 + length)]));
  };
  const [first, second] = Object.keys(header).filter((key) => key !== "__metadata__") as [string, string];
  for (const { name, value } of changes(header[first]!, [...OTHERS, "F64", "I8", 2 ** 53, "__proto__"]))
    yield headed(name, JSON.stringify({ ...header, [first]: value }));
  yield headed("without one", JSON.stringify({ ...header, [first]: undefined }));
  yield headed("one more", JSON.stringify({ ...header, another: header[first] }));
  yield headed("two in one place", JSON.stringify({ ...header, [second]: header[first] }));
  for (const head of ["", "null", "[]", "7", "{", "{}", "\u0000", "[".repeat(9000)])
    yield headed(`header ${head.slice(0, 9)}`, head);
  for (const said of [0n, 1n, 2n ** 20n, 2n ** 31n, 2n ** 32n, 2n ** 40n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n])
    yield headed(`a header of ${said}, it says`, JSON.stringify(header), said);
  for (const [name, content] of cuts(bytes, 15)) yield file(name, content);
  for (const [name, content] of flips(bytes.subarray(0, 8 + length), 40, random("safetensors")))
    yield file(name, Buffer.concat([content, bytes.subarray(8 + length)]));
  const indexes: readonly Json[] = [
    null,
    [],
    {},
    7,
    { weight_map: null },
    { weight_map: [] },
    { weight_map: {} },
    { weight_map: { a: 7 } },
  ];
  const escapes: readonly Json[] = [
    "../x.safetensors",
    "/etc/hostname",
    "",
    "x.bin",
    "absent.safetensors",
    "model.safetensors",
  ];
  for (const index of [...indexes, ...escapes.map((name) => ({ weight_map: { a: name } }))])
    yield changed(
      `index ${JSON.stringify(index)}`,
      good,
      folder,
      { "model.safetensors.index.json": JSON.stringify(index) },
      readWeights,
    );
}

const TEXTS = ["the end", "a\n\n\nb ¾ é 😀", "<|im_start|>user"];

function readTokens(folder: string): Reading {
  const tokenizer = openChatTokenizer(folder);
  for (const text of TEXTS) tokenizer.decode(tokenizer.encode(text));
  const { rows } = tokenizer.demonstration(demonstration(context("user", "Where?"), learned("go on")));
  const [{ inputIds, labels }] = rows as readonly [Row];
  const isWhole = inputIds.length === labels.length && labels.some((label) => label >= 0);
  return { lost: isWhole && inputIds.every(Number.isSafeInteger) ? undefined : "tokens or labels" };
}

function* tokenizers(good: string, folder: string): Generator<HostileCase> {
  const read = (name: string) => readFileSync(join(good, name), "utf8");
  const file = (name: string, content: Content, what: string) =>
    changed(`${name}: ${what}`, good, folder, { [name]: content }, readTokens);
  const tokenizer = JSON.parse(read("tokenizer.json")) as Json;
  const { model: _, ...parts } = tokenizer as Record<string, Json>;
  for (const { name, value } of changes({ ...parts, added_tokens: (parts.added_tokens as Json[]).slice(1, 3) }, [
    null,
    7,
    "x",
    [],
    {},
  ]))
    yield file(
      "tokenizer.json",
      JSON.stringify(value === null || typeof value !== "object" ? value : { ...value, model: _ }),
      name,
    );
  for (let seed = 0; seed < 60; seed++)
    yield file("tokenizer.json", JSON.stringify(mutated(tokenizer, random("tokenizer", seed))), `seed ${seed}`);
  for (const { name, value } of changes(JSON.parse(read("tokenizer_config.json")) as Json, [null, 7, [], {}, "\ud83d"]))
    yield file("tokenizer_config.json", JSON.stringify(value), name);
  for (const name of ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"])
    for (const content of ["", "{", "null", "[]", "7", "\u0000"]) yield file(name, content, content.slice(0, 9));
  for (const template of TEMPLATES) yield file("chat_template.jinja", template, template.slice(0, 40));
}

async function* ggufs(folder: string): AsyncGenerator<HostileCase> {
  const tensors = tensorsOf(randomParameters(GGUF, 3));
  const path = join(folder, "hostile.gguf");
  const file = (name: string, content: Uint8Array): HostileCase => ({
    name: `gguf: ${name}`,
    place: path,
    async read() {
      const made = join(folder, "made");
      rmSync(made, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
      writeFileSync(path, content);
      await convertGguf(path, made);
      return { lost: readCheckpoint(made).parameters.size < tensors.size ? "parameters" : undefined };
    },
  });
  const bytes = encodeGguf(METADATA, tensors);
  yield { ...file("good", bytes), expected: "read" };
  for (const [key, value] of Object.entries(METADATA)) {
    const { [key as keyof typeof METADATA]: _, ...rest } = METADATA;
    yield file(`without ${key}`, encodeGguf(rest, tensors));
    const others: readonly Value[] = typeof value === "string" ? [7, "", ["x"]] : ["x", 0, 4_000_000_000, [1]];
    for (const [index, other] of others.entries())
      yield file(`${key} = odd ${index}`, encodeGguf({ ...METADATA, [key]: other }, tensors));
  }
  for (const name of tensors.keys()) {
    const rest = new Map(tensors);
    rest.delete(name);
    yield file(`without ${name}`, encodeGguf(METADATA, rest));
  }
  for (const [name, content] of cuts(bytes, 15)) yield file(name, content);
  for (const [name, content] of flips(bytes.subarray(0, 1500), 50, random("gguf")))
    yield file(name, Buffer.concat([content, bytes.subarray(1500)]));
}
