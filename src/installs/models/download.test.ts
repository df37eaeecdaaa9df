import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";
import { temporaryFolder } from "../../../test/temporary.ts";
import { download } from "./download.ts";

const CONTENTS = Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 251));
const sha256 = createHash("sha256").update(CONTENTS).digest("hex");

/** Where each request for the file wanted to begin. */
const begun: number[] = [];

/** A package index with one file, whose address is relative, as some have it. */
const server = createServer((request, response) => {
  if (request.url === "/simple/pkg/") {
    response.end(
      `<a href="../../files/other-1.whl">other-1.whl</a> <a href="../../files/pkg-1.whl#sha256=0">pkg-1.whl</a>`,
    );
  } else if (request.url === "/files/pkg-1.whl") {
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    begun.push(from);
    response.writeHead(from >= CONTENTS.length ? 416 : from > 0 ? 206 : 200);
    response.end(CONTENTS.subarray(from));
  } else response.writeHead(404).end();
});
await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
after(() => server.close());
const index = `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`;
process.env.PIP_INDEX_URL = `${index}/`;

const request = (to: string, more = {}) => ({ package: "pkg", file: "pkg-1.whl", sha256, to, say: () => {}, ...more });

test("a file comes whole, and is not asked for again", async () => {
  const to = join(temporaryFolder(), "deep", "pkg-1.whl");
  await download(request(to));
  assert.deepEqual(readFileSync(to), CONTENTS);
  begun.length = 0;
  await download(request(to));
  assert.deepEqual(begun, []);
});

test("what was interrupted goes on where it was, also after the last byte", async () => {
  for (const have of [1234, CONTENTS.length]) {
    const to = join(temporaryFolder(), "pkg-1.whl");
    writeFileSync(`${to}.part`, CONTENTS.subarray(0, have));
    begun.length = 0;
    await download(request(to));
    assert.deepEqual(begun, [have]);
    assert.deepEqual(readFileSync(to), CONTENTS);
  }
});

test("other contents are deleted, so that the next attempt begins anew", async () => {
  const to = join(temporaryFolder(), "pkg-1.whl");
  writeFileSync(`${to}.part`, "something else");
  await assert.rejects(download(request(to)), { name: "CliError", message: /expected [0-9a-f]{64}; it was deleted/ });
  assert.deepEqual([existsSync(to), existsSync(`${to}.part`)], [false, false]);
  await download(request(to));
  assert.deepEqual(readFileSync(to), CONTENTS);
});

test("an index with a password is asked with it, redirects are followed without it, and nothing shows it", async () => {
  const seen: string[] = [];
  const store = createServer((request, response) => {
    seen.push(`store ${request.url} ${request.headers.authorization ?? "-"}`);
    response.end(CONTENTS);
  }).listen(0, "127.0.0.1");
  await new Promise((listening) => store.once("listening", listening));
  after(() => store.close());
  const place = `http://127.0.0.1:${(store.address() as AddressInfo).port}/signed`;
  const guarded = createServer((request, response) => {
    seen.push(`index ${request.url} ${request.headers.authorization ?? "-"}`);
    if (request.url === "/simple/pkg/") response.end(`<a href="/files/pkg-1.whl">pkg-1.whl</a>`);
    else if (request.url === "/files/pkg-1.whl") response.writeHead(302, { location: place }).end();
    else response.writeHead(404).end();
  }).listen(0, "127.0.0.1");
  await new Promise((listening) => guarded.once("listening", listening));
  after(() => guarded.close());
  process.env.PIP_INDEX_URL = `http://me:s%40cret-word@127.0.0.1:${(guarded.address() as AddressInfo).port}/simple`;
  const to = join(temporaryFolder(), "pkg-1.whl");
  await download(request(to));
  assert.deepEqual(readFileSync(to), CONTENTS);
  const basic = `Basic ${btoa("me:s@cret-word")}`;
  assert.deepEqual(seen, [`index /simple/pkg/ ${basic}`, `index /files/pkg-1.whl ${basic}`, "store /signed -"]);
  for (const more of [{ package: "x" }, { file: "pkg-2.whl" }]) {
    await assert.rejects(
      download(request(join(temporaryFolder(), "pkg"), more)),
      (error: Error) => error.name === "CliError" && !/cret-word|me:/.test(error.message),
    );
  }
  process.env.PIP_INDEX_URL = index;
});

test("an index without the package or the file, and none at all, are named", async () => {
  const to = join(temporaryFolder(), "pkg-2.whl");
  await assert.rejects(download(request(to, { file: "pkg-2.whl" })), {
    name: "CliError",
    message: /\/simple\/pkg\/: expected a link to pkg-2\.whl, found none among 2/,
  });
  await assert.rejects(download(request(to, { package: "x" })), { message: /\/simple\/x\/: status 404/ });
  process.env.PIP_INDEX_URL = "http://127.0.0.1:1/simple";
  await assert.rejects(download(request(to)), { name: "CliError", message: /127\.0\.0\.1:1\/simple\/pkg\/: \S/ });
  process.env.PIP_INDEX_URL = index;
});
