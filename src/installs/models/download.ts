/**
 * A file of a Python package index (PEP 503), checked by its sha256. What was interrupted goes on where it was; nothing has
 * the file's name before it is whole. The index is PyPI, or PIP_INDEX_URL as for pip, with its user and password if it has
 * them: they are sent to the index's host alone, and no message shows them. Redirects are followed, since the hash says
 * whether the right thing came.
 */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CliError, messageOf } from "../../core/errors.ts";
import { withoutSecrets } from "../../http/addresses.ts";
import { openAnswer } from "../../http/ask.ts";

export interface Download {
  readonly package: string;
  readonly file: string;
  readonly sha256: string;
  /** Where it goes. */
  readonly to: string;
  /** Hears what is going on, a line at a time. */
  readonly say: (line: string) => void;
}

/** A package with thousands of files has a page of a few MB. */
const LARGEST_PAGE = 64 * 2 ** 20;
/** Until an index answers. Between two pieces of a file Node waits for 300 s at most. */
const PATIENCE_MS = 60_000;
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
  if (!URL.canParse(page)) throw new CliError(`PIP_INDEX_URL: expected a URL, got "${withoutSecrets(index)}"`);
  const response = await ask(page);
  const text = await pageText(response, page);
  const links = [...text.matchAll(/href="([^"#]+)/g)].flatMap(([, href]) =>
    URL.canParse(href!, response.url) ? [new URL(href!, response.url)] : [],
  );
  const link = links.find(({ pathname }) => pathname.endsWith(`/${file}`));
  if (!link)
    throw new CliError(`${withoutSecrets(page)}: expected a link to ${file}, found none among ${links.length}`);
  // A link within the index is asked for as the index was.
  const { origin, username, password } = new URL(page);
  if (link.origin === origin) Object.assign(link, { username, password });
  return link.href;
}

async function pageText(response: Response, page: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > LARGEST_PAGE)
      throw new CliError(`${withoutSecrets(page)}: the page is longer than ${LARGEST_PAGE} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
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
    throw new CliError(`${withoutSecrets(address)}: ${reasonOf(error)}; run the command again to continue`);
  }
}

async function ask(address: string, more: Readonly<Record<string, string>> = {}): Promise<Response> {
  const url = new URL(address);
  const headers = new Headers(more);
  const { username, password } = url;
  if (username || password) headers.set("authorization", `Basic ${btoa(`${decoded(username)}:${decoded(password)}`)}`);
  Object.assign(url, { username: "", password: "" });
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  const asking = { url: url.href, method: "GET" as const, headers, signal: patience.signal };
  const response = await openAnswer(asking, "any")
    .catch((error: unknown) => {
      const why = patience.signal.aborted ? `no answer within ${PATIENCE_MS / 1000} s` : reasonOf(error);
      throw new CliError(`${withoutSecrets(url.href)}: ${withoutSecrets(why)}`);
    })
    .finally(() => clearTimeout(timer));
  if (response.ok || response.status === RANGE_NOT_SATISFIABLE) return response;
  throw new CliError(`${withoutSecrets(url.href)}: status ${response.status}`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** fetch says only "fetch failed"; why, its cause says. */
const reasonOf = (error: unknown): string => messageOf((error as { cause?: unknown }).cause ?? error);

/** The sha256 of a file, in hexadecimal. */
export async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
