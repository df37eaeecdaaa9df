import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { selfSigned } from "../../test/certificate.ts";
import { temporaryFolder } from "../../test/temporary.ts";
import { ask, openAnswer } from "./ask.ts";
import { HttpError, type HttpReason } from "./errors.ts";
import { redactor } from "./secrets.ts";
import { patience, seldom } from "./waiting.ts";

const KEY = "sk-test-0123456789";
const MOST_BYTES = 100_000;

/** The origin of a server that is gone after the tests. */
async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  after(() => server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const post = (url: string) =>
  ask(
    { url, method: "POST", headers: new Headers({ authorization: `Bearer ${KEY}` }), body: "{}" },
    { redactor: redactor(KEY), mostBytes: MOST_BYTES },
  );
const get = (url: string) =>
  ask({ url, method: "GET", headers: new Headers() }, { redactor: redactor(KEY), mostBytes: MOST_BYTES });

const failing = (reason: HttpReason, message: RegExp) => (error: unknown) => {
  assert(error instanceof HttpError);
  assert.equal(error.reason, reason);
  assert.match(error.message, message);
  return true;
};

test("no redirect makes another request of the one that was sent, and none leads to another host", async () => {
  const seen: string[] = [];
  const note = ({ method, url, headers }: IncomingMessage) =>
    seen.push(`${method} ${url}${headers.authorization ? " with key" : ""}`);
  const elsewhere = await serving((request, response) => {
    note(request);
    response.end("elsewhere");
  });
  const redirect = (response: ServerResponse, status: number, location: string) =>
    response.writeHead(status, { location }).end();
  const here = await serving((request, response) => {
    note(request);
    const [, status, to] = request.url!.split("/");
    if (status === "end") response.end("here");
    else
      redirect(
        response,
        Number(status),
        { away: `${elsewhere}/?key=${KEY}`, round: request.url!, login: here.replace("//", "//me:pw@") }[to!] ?? "/end",
      );
  });
  for (const status of [307, 308]) assert.equal((await post(`${here}/${status}/same`)).text, "here");
  assert.deepEqual(seen.splice(0), [
    "POST /307/same with key",
    "POST /end with key",
    "POST /308/same with key",
    "POST /end with key",
  ]);
  for (const status of [301, 302, 303]) {
    const message = new RegExp(`answered ${status}: it redirects a POST to ${here}/end; use that address$`);
    await assert.rejects(post(`${here}/${status}/same`), failing("redirected", message));
    assert.equal((await get(`${here}/${status}/same`)).text, "here");
  }
  for (const status of [301, 302, 303, 307, 308]) {
    const message = new RegExp(`answered ${status}: it redirects to another host, ${elsewhere}; give that one's URL`);
    for (const way of [post, get]) {
      await assert.rejects(way(`${here}/${status}/away`), failing("redirected", message));
      await assert.rejects(way(`${here}/${status}/away`), (error: Error) => !error.message.includes(KEY));
    }
  }
  assert(!seen.some((request) => request.includes("/?key")));
  const login = /answered 307: it redirects to an address with a user or a password$/;
  await assert.rejects(post(`${here}/307/login`), failing("redirected", login));
  await assert.rejects(post(`${here}/307/round`), failing("redirected", /more than 5 times/));
  // Files that are checked by their hash may come from elsewhere, but the key goes nowhere else.
  seen.length = 0;
  const headers = new Headers({ authorization: `Bearer ${KEY}` });
  const file = await openAnswer({ url: `${here}/302/away`, method: "GET", headers }, "any");
  assert.equal(await file.text(), "elsewhere");
  assert.deepEqual(seen, ["GET /302/away with key", `GET /?key=${KEY}`]);
});

test("an answer's size is bounded as it is unpacked", async () => {
  const zeros = (bytes: number) => gzipSync(Buffer.alloc(bytes));
  const url = await serving((request, response) => {
    const [, kind, size] = request.url!.split("/");
    const bytes = Number(size);
    if (kind === "gzip") response.writeHead(200, { "content-encoding": "gzip" }).end(zeros(bytes));
    else if (kind === "twice")
      response.writeHead(200, { "content-encoding": "gzip, gzip" }).end(gzipSync(zeros(bytes)));
    else if (kind === "told") response.end(Buffer.alloc(bytes));
    else {
      response.write(Buffer.alloc(bytes / 2));
      response.end(Buffer.alloc(bytes / 2));
    }
  });
  for (const kind of ["gzip", "twice", "told", "untold"]) {
    assert.equal((await get(`${url}/${kind}/${MOST_BYTES}`)).text.length, MOST_BYTES, kind);
    await assert.rejects(
      get(`${url}/${kind}/${2 * MOST_BYTES}`),
      failing("too long", /longer than 100000 bytes/),
      kind,
    );
  }
  // A thousand times as long as it is on the way.
  await assert.rejects(get(`${url}/gzip/${2 ** 28}`), failing("too long", /longer/));
});

/** A server with a certificate of its own, for `host`. */
async function servingTls(host: string, fromDay: number, untilDay: number) {
  const dayOf = (days: number) => new Date(Date.now() + days * 86_400_000);
  const { cert, key } = selfSigned({ host, from: dayOf(fromDay), until: dayOf(untilDay) });
  const asked: string[] = [];
  const server = createTlsServer({ cert, key }, (request, response) => {
    asked.push(request.url!);
    response.end("safe");
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  after(() => server.close().closeAllConnections());
  return { url: `https://localhost:${(server.address() as AddressInfo).port}`, cert, asked };
}

test("a certificate that is none to trust is told in a sentence, and nothing is sent", async () => {
  const { url, asked } = await servingTls("localhost", -1, 1);
  const message = /signed by nobody but itself; to trust it, name .* in NODE_EXTRA_CA_CERTS .*SELF_SIGNED/;
  await assert.rejects(post(url), failing("certificate", message));
  assert.deepEqual(asked, []);
  const plain = await serving((_, response) => response.end());
  const noTls = /does not speak TLS; does its URL begin with http:/;
  await assert.rejects(post(plain.replace("http:", "https:")), failing("certificate", noTls));
});

test("a certificate that is trusted must be of today and for this host", async () => {
  const script = join(temporaryFolder(), "ask.ts");
  const [asking, secrets] = ["ask.ts", "secrets.ts"].map((name) => pathToFileURL(join(import.meta.dirname, name)).href);
  const lines = [
    `import { ask } from ${JSON.stringify(asking)};`,
    `import { redactor } from ${JSON.stringify(secrets)};`,
    "const asked = { url: process.argv[2], method: 'GET', headers: new Headers() };",
    "const said = ask(asked, { redactor: redactor(), mostBytes: 100 });",
    "console.log(await said.then(({ text }) => text, ({ reason, message }) => [reason, message].join(': ')));",
  ];
  writeFileSync(script, lines.join("\n"));
  const askedFor = async (...certificate: Parameters<typeof servingTls>) => {
    const { url, cert } = await servingTls(...certificate);
    const file = `${script}.pem`;
    writeFileSync(file, cert);
    const { stdout } = await promisify(execFile)(process.execPath, [script, url], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: file },
    });
    return stdout.trim();
  };
  assert.equal(await askedFor("localhost", -1, 1), "safe");
  assert.match(await askedFor("localhost", -3, -1), /^certificate: .*has expired.*\(CERT_HAS_EXPIRED\)$/);
  assert.match(await askedFor("localhost", 1, 3), /^certificate: .*is not valid yet.*\(CERT_NOT_YET_VALID\)$/);
  assert.match(await askedFor("elsewhere", -1, 1), /^certificate: .*is for another host; .*ALTNAME_INVALID\)$/);
});

test("nobody there, and a connection that breaks, are told apart", async () => {
  const gone = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => gone.once("listening", resolve));
  const { port } = gone.address() as AddressInfo;
  await new Promise((resolve) => gone.close(resolve));
  await assert.rejects(post(`http://127.0.0.1:${port}`), failing("unreachable", /ECONNREFUSED/));
  const url = await serving((request) => request.socket.destroy());
  await assert.rejects(post(url), failing("broken", /./));
  const garbled = await serving((_, response) => response.socket!.end(`HTTP/1.1 200 OK\r\nBearer ${KEY}\r\n\r\n`));
  await assert.rejects(post(garbled), (error: Error) => failing("broken", /./)(error) && !error.message.includes(KEY));
});

test("the user hears of silence once for all requests, and again ever more seldom", async () => {
  const heard: string[] = [];
  const enough = Promise.withResolvers<string>();
  const say = (line: string) => {
    heard.push(line);
    if (heard.length === 3) enough.resolve("answer");
  };
  const { watch } = patience({ name: "http://here", until: "given up after 9 s", say, firstMs: 5 });
  assert.deepEqual(await Promise.all([watch(enough.promise), watch(enough.promise)]), ["answer", "answer"]);
  assert.equal(heard.length, 3);
  for (const line of heard) assert.match(line, /^no answer from http:\/\/here for \d+ s; given up after 9 s$/);
  await assert.rejects(watch(Promise.reject(new Error("broken"))), { message: "broken" });
  const few: string[] = [];
  const seldomly = seldom((line) => few.push(line))!;
  for (const line of ["one", "two", "three"]) seldomly(line);
  assert.deepEqual(few, ["one"]);
});
