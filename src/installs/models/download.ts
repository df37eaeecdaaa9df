/**
 * A file of a Python package index (PEP 503), checked by its sha256. What was interrupted goes on where it was; nothing has
 * the file's name before it is whole. The index is PyPI, or PIP_INDEX_URL as for pip.
 */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CliError, messageOf } from "../../core/errors.ts";

export interface Download {
  readonly package: string;
  readonly file: string;
  readonly sha256: string;
  /** Where it goes. */
  readonly to: string;
  /** Hears what is going on, a line at a time. */
  readonly say: (line: string) => void;
}

const PARTIAL_CONTENT = 206;
const RANGE_NOT_SATISFIABLE = 416;

/** Throws CliError for an index that cannot be reached or does not have the file, and for other contents. */
export async function download({ package: name, file, sha256, to, say }: Download): Promise<void> {
  if (existsSync(to) && (await hashOf(to)) === sha256) return;
  const part = `${to}.part`;
  mkdirSync(dirname(to), { recursive: true });
  await fetchInto(part, await addressOf(name, file), say);
  const found = await hashOf(part);
  if (found !== sha256) {
    rmSync(part);
    throw new CliError(`${file}: the download has the sha256 ${found}, expected ${sha256}; it was deleted`);
  }
  renameSync(part, to);
}

/** Where the index says that the file is. */
async function addressOf(name: string, file: string): Promise<string> {
  const index = (process.env.PIP_INDEX_URL ?? "https://pypi.org/simple").replace(/\/+$/, "");
  const page = `${index}/${name}/`;
  const response = await ask(page);
  const links = [...(await response.text()).matchAll(/href="([^"#]+)/g)].map(
    ([, href]) => new URL(href!, response.url),
  );
  const link = links.find(({ pathname }) => pathname.endsWith(`/${file}`));
  if (!link) throw new CliError(`${page}: expected a link to ${file}, found none among ${links.length}`);
  return link.href;
}

async function fetchInto(part: string, address: string, say: (line: string) => void): Promise<void> {
  const have = existsSync(part) ? statSync(part).size : 0;
  const response = await ask(address, have > 0 ? { range: `bytes=${have}-` } : {});
  if (response.status === RANGE_NOT_SATISFIABLE) return;
  const goesOn = response.status === PARTIAL_CONTENT;
  say(goesOn ? `continuing the download after ${Math.round(have / 1e6)} MB` : "downloading");
  try {
    await pipeline(Readable.fromWeb(response.body!), createWriteStream(part, { flags: goesOn ? "a" : "w" }));
  } catch (error) {
    throw new CliError(`${address}: ${reasonOf(error)}; run the command again to continue`);
  }
}

async function ask(address: string, headers: Record<string, string> = {}): Promise<Response> {
  const response = await fetch(address, { headers }).catch((error: unknown) => {
    throw new CliError(`${address}: ${reasonOf(error)}`);
  });
  if (response.ok || response.status === RANGE_NOT_SATISFIABLE) return response;
  throw new CliError(`${address}: status ${response.status}`);
}

/** fetch says only "fetch failed"; why, its cause says. */
const reasonOf = (error: unknown): string => messageOf((error as { cause?: unknown }).cause ?? error);

/** The sha256 of a file, in hexadecimal. */
export async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
