/**
 * Adapters merged into the checkpoint that they were trained on: a whole checkpoint folder again, which transformers, TRL
 * and vLLM open. Its weights keep their names, files and number format; one tensor at a time is in memory. The adapters
 * themselves lie beside, in PEFT's format, in a folder of their own so that nobody loads them on top of the merged weights.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { adaptedMatrices, adapterNames, adaptersOf, type Lora, loraScale } from "./adapters.ts";
import type { Architecture, Parameters } from "./architecture.ts";
import { WEIGHTS_INDEX, weightFiles } from "./checkpoint.ts";
import { ModelError } from "./errors.ts";
import { type FileContent, type FolderContents, writeFolder } from "./folder.ts";
import { narrow, widen } from "./number-formats.ts";
import { encodeSafetensors, formatOf, openSafetensors } from "./safetensors.ts";

export interface Merging {
  /** Folder of the checkpoint that the adapters were trained on. */
  readonly from: string;
  readonly config: Architecture;
  readonly lora: Lora;
  readonly adapters: Parameters;
}

/** What is handed on unchanged: configurations, tokenizers and templates. */
const CARRIED = /\.(json|jinja|txt|model)$/;
/** Of those, what lists weights that are not there, or would have a loader look for adapters. */
const NOT_CARRIED = /\.index\.json$|^adapter_config\.json$/;
/** Beside the usual chat template, one for conversations with tools may be in this folder. */
const TEMPLATES = "additional_chat_templates";

/** Writes the merged checkpoint as the new folder `to`: whole or not at all. Throws ModelError. */
export function writeMerged(merging: Merging, to: string): void {
  const { from } = merging;
  const files = new Map<string, FileContent | FolderContents>();
  for (const name of readdirSync(from).sort()) {
    const isCarried = CARRIED.test(name) && !NOT_CARRIED.test(name);
    if (isCarried || name === WEIGHTS_INDEX) files.set(name, readFileSync(join(from, name)));
  }
  if (existsSync(join(from, TEMPLATES))) files.set(TEMPLATES, templatesOf(join(from, TEMPLATES)));
  for (const name of weightFiles(from)) files.set(name, mergedWeights(join(from, name), merging));
  files.set("adapter", adapterFiles(merging));
  writeFolder(to, files);
}

/** The bytes of a weight file with the adapters merged in, tensor by tensor. */
function* mergedWeights(path: string, { config, lora, adapters }: Merging): Generator<Uint8Array> {
  const adapted = new Set(adaptedMatrices(config).map(({ name }) => name));
  const file = openSafetensors(path);
  try {
    yield file.head;
    const inPlace = [...file.entries].sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0]);
    let written = 0;
    for (const [name, entry] of inPlace) {
      const [begin, end] = entry.data_offsets;
      if (begin !== written) throw new ModelError(`${path}: expected ${name} to begin at ${written}, got ${begin}`);
      written = end;
      const bytes = file.read(entry);
      if (!adapted.has(name)) {
        yield new Uint8Array(bytes);
        continue;
      }
      const format = formatOf(path, name, entry);
      const weights = widen(bytes, format); // (out, in)
      const { down, up } = adapterNames(name);
      addProduct(weights, adapters.get(up)!, adapters.get(down)!, lora);
      yield narrow(weights, format);
    }
  } finally {
    file.close();
  }
}

/** W + scale · B A, each element rounded once. */
function addProduct(weights: Float32Array, up: Float32Array, down: Float32Array, lora: Lora): void {
  const { rank } = lora;
  const scale = loraScale(lora);
  const inputs = down.length / rank;
  const change = new Float64Array(inputs); // of one row
  for (let row = 0; row * inputs < weights.length; row++) {
    change.fill(0);
    for (let k = 0; k < rank; k++) {
      const factor = scale * up[row * rank + k]!;
      for (let i = 0; i < inputs; i++) change[i]! += factor * down[k * inputs + i]!;
    }
    for (let i = 0; i < inputs; i++) weights[row * inputs + i]! += change[i]!;
  }
}

/** A folder's templates. */
function templatesOf(folder: string): FolderContents {
  const names = readdirSync(folder).filter((name) => name.endsWith(".jinja"));
  return new Map(names.sort().map((name) => [name, readFileSync(join(folder, name))]));
}

/** As PEFT's `from_pretrained` reads them, on top of the checkpoint that training started from. */
function adapterFiles({ config, lora, adapters }: Merging): FolderContents {
  const modules = adaptedMatrices(config).map(({ name }) => name.split(".").at(-2)!);
  const description = {
    peft_type: "LORA",
    task_type: "CAUSAL_LM",
    base_model_name_or_path: null,
    r: lora.rank,
    lora_alpha: lora.alpha,
    lora_dropout: 0,
    target_modules: [...new Set(modules)],
    bias: "none",
    fan_in_fan_out: false,
    inference_mode: true,
  };
  const tensors = adaptersOf(config, lora.rank).map(
    ({ name, shape }) => [name, { shape, data: adapters.get(name)! }] as const,
  );
  return new Map<string, FileContent>([
    ["adapter_config.json", `${JSON.stringify(description, null, 2)}\n`],
    ["adapter_model.safetensors", encodeSafetensors(new Map(tensors))],
  ]);
}
