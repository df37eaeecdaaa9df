/**
 * Where the weights of a checkpoint folder are, for a session that reads them from there. float32 is left where it is;
 * numbers of less precision are written out as float32 in a temporary file.
 */
import { closeSync, mkdtempSync, openSync, realpathSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { type Architecture, HEAD, parametersOf } from "./architecture.ts";
import { isDerived, weightFiles } from "./checkpoint.ts";
import { ModelError } from "./errors.ts";
import { widen } from "./number-formats.ts";
import { formatOf, type HeaderEntry, openSafetensors } from "./safetensors.ts";
import type { WeightPlace, WeightPlaces } from "./weights.ts";

export interface WeightFiles {
  /** All files are in it. */
  readonly folder: string;
  readonly places: WeightPlaces;
  /** Removes what was written; a session that is open goes on. */
  dispose(): void;
}

interface StoredWeight extends HeaderEntry {
  readonly path: string;
  /** From the beginning of the file. */
  readonly offset: number;
  readonly bytes: number;
}

type StoredWeights = ReadonlyMap<string, StoredWeight>;

/** Finds the weights of the checkpoint in `folder`. Throws ModelError for one that is missing, too many, or of another shape. */
export function openWeightFiles(folder: string, config: Architecture): WeightFiles {
  const stored = storedWeights(folder);
  const weights = new Map<string, StoredWeight>();
  for (const { name, shape } of parametersOf(config)) {
    const found = stored.get(name);
    if (found?.shape.join() !== shape.join()) {
      const what = found ? `[${found.shape}]` : "nothing";
      throw new ModelError(`${folder}: weights: expected ${name} of shape [${shape}], got ${what}`);
    }
    weights.set(name, found);
  }
  for (const name of stored.keys()) {
    // Some store the output matrix though it is the embedding.
    if (weights.has(name) || name === HEAD || isDerived(name)) continue;
    throw new ModelError(`${folder}: weights: ${name} is no parameter of this architecture, expected it to be absent`);
  }
  return inPlace(weights) ?? asFloat32(weights);
}

function storedWeights(folder: string): StoredWeights {
  const all = new Map<string, StoredWeight>();
  for (const name of weightFiles(folder)) {
    const path = join(folder, name);
    const file = openSafetensors(path);
    file.close();
    for (const [weight, entry] of file.entries) {
      const [begin, end] = entry.data_offsets;
      all.set(weight, { ...entry, path, offset: file.head.length + begin, bytes: end - begin });
    }
  }
  return all;
}

/** The weights as they lie, if all are float32 and in one folder. */
function inPlace(weights: StoredWeights): WeightFiles | undefined {
  const places = new Map<string, WeightPlace>();
  const folders = new Set<string>();
  for (const [name, { dtype, shape, path, offset, bytes }] of weights) {
    if (dtype !== "F32") return undefined;
    // Links are followed here: ONNX Runtime refuses those that lead out of the folder.
    const real = realpathSync(path);
    folders.add(dirname(real));
    places.set(name, { shape, file: basename(real), offset, bytes });
  }
  const [folder, other] = folders;
  return other === undefined ? { folder: folder!, places, dispose: () => {} } : undefined;
}

/** The weights one after the other in a file of their own. */
function asFloat32(weights: StoredWeights): WeightFiles {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "gleaner-weights-"));
  const dispose = () => rmSync(folder, { recursive: true, force: true });
  const name = "weights.bin";
  const file = openSync(join(folder, name), "w");
  const places = new Map<string, WeightPlace>();
  let offset = 0;
  try {
    for (const [weight, entry] of weights) {
      const data = readWeight(weight, entry);
      writeAll(file, data);
      places.set(weight, { shape: entry.shape, file: name, offset, bytes: data.byteLength });
      offset += data.byteLength;
    }
  } catch (error) {
    dispose();
    throw error;
  } finally {
    closeSync(file);
  }
  return { folder, places, dispose };
}

function readWeight(name: string, { path, ...entry }: StoredWeight): Float32Array {
  const file = openSafetensors(path);
  try {
    return widen(file.read(entry), formatOf(path, name, entry));
  } finally {
    file.close();
  }
}

function writeAll(file: number, data: Float32Array): void {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  // The system may take less than it is given.
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}
