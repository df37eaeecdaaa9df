import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";
import fc from "fast-check";
import { anyCharacter } from "../../../test/any-character.ts";
import { type ShopPage, shopDocument } from "./page.ts";
import { openShopServer, type ShopServer } from "./server.ts";

const INDEX: ShopPage = { kind: "index", instruction: "a red lamp", buttons: [] };

async function withServer(body: (server: ShopServer) => Promise<void>): Promise<void> {
  const server = await openShopServer({ port: 0, maxSteps: 15 });
  await body(server).finally(() => server.close("Bye."));
}

const post = (url: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(new URL("act", url), { method: "POST", body: new URLSearchParams(form), headers, redirect: "manual" });

test("a page is shown, and the button that is pressed is the answer", async () => {
  await withServer(async (server) => {
    const answer = server.ask(
      { kind: "sub", instruction: "a lamp", buttons: [{ label: "Back", action: "click[< prev]" }] },
      3,
    );
    const shown = await (await fetch(server.url)).text();
    assert.match(shown, /step 3 of 15/);
    assert.match(shown, /value="click\[&lt; prev\]"/);
    const replied = post(server.url, { turn: "1", action: "click[< prev]" });
    assert.equal(await answer, "click[< prev]");
    void server.ask(INDEX, 4);
    assert.equal((await replied).status, 303);
  });
});

test("a search becomes an action; brackets and line breaks cannot end it early", async () => {
  await withServer(async (server) => {
    const answer = server.ask(INDEX, 0);
    const replied = post(server.url, { turn: "1", query: " red [lamp]\r\nclick[buy now] " });
    assert.equal(await answer, "search[red  lamp   click buy now]");
    void server.ask(INDEX, 1);
    await replied;
  });
});

test("an answer to another page, and one without an action, changes nothing", async () => {
  await withServer(async (server) => {
    let answers = 0;
    void server.ask(INDEX, 0).then(() => answers++);
    const forms: Record<string, string>[] = [{ turn: "7", action: "x" }, { action: "x" }, { turn: "1" }];
    for (const form of forms) {
      assert.equal((await post(server.url, form)).status, 303);
    }
    assert.equal(answers, 0);
  });
});

test("another site can neither post a form nor reach the page under its own name", async () => {
  await withServer(async (server) => {
    void server.ask(INDEX, 0);
    const foreign = await post(server.url, { turn: "1", action: "x" }, { Origin: "http://evil.example" });
    assert.equal(foreign.status, 403);
    const status = await new Promise((resolve) =>
      request(server.url, { headers: { Host: "evil.example" } }, ({ statusCode }) => resolve(statusCode)).end(),
    );
    assert.equal(status, 421);
    assert.equal((await fetch(new URL("other", server.url))).status, 404);
    assert.equal((await post(server.url, { turn: "1", action: "x".repeat(70_000) })).status, 400);
  });
});

test("whoever does not know the address can neither read nor press", async () => {
  await withServer(async (server) => {
    let answers = 0;
    void server.ask(INDEX, 0).then(() => answers++);
    const { origin, pathname } = new URL(server.url);
    assert.match(pathname, /^\/[\w-]{22}\/$/);
    const guesses = ["/", "/act", "//", `/${"A".repeat(22)}/`, `/${"A".repeat(22)}/act`, pathname.slice(0, -1)];
    for (const path of [...guesses, `${pathname.slice(0, -2)}%41/`, `/x${pathname}`, "/favicon.ico"]) {
      for (const method of ["GET", "POST"]) {
        const body = method === "POST" ? new URLSearchParams({ turn: "1", action: "x" }) : null;
        const reply = await fetch(`${origin}${path}`, { method, body });
        assert.deepEqual([reply.status, await reply.text()], [404, ""], `${method} ${path}`);
      }
    }
    assert.equal(answers, 0);
  });
});

test("every form and redirect keeps the address, which no other shop has", async () => {
  await withServer(async (server) => {
    const answer = server.ask(INDEX, 0);
    const shown = await (await fetch(server.url)).text();
    const targets = [...shown.matchAll(/action="([^"]*)"/g)].map(([, target]) => new URL(target!, server.url).href);
    assert.deepEqual(targets, [`${server.url}act`]);
    const replied = post(server.url, { turn: "1", query: "lamp" });
    await answer;
    void server.ask(INDEX, 1);
    assert.equal(new URL((await replied).headers.get("location")!, server.url).href, server.url);
    await withServer(async (other) => assert.notEqual(new URL(other.url).pathname, new URL(server.url).pathname));
  });
});

test("texts of products never become markup", () => {
  const page = (text: string): ShopPage => ({
    kind: "item",
    instruction: text,
    heading: text,
    item: {
      title: text,
      price: text,
      options: [{ name: text, values: [{ label: text, action: text, isChosen: true }] }],
    },
    products: [{ asin: text, title: text, price: text, action: text }],
    texts: [text],
    buttons: [{ label: text, action: text }],
  });
  const turn = { number: 1, steps: 0, maxSteps: 15 };
  const markup = (document: string) => document.match(/<[^>]*>/g)!.map((tag) => tag.replace(/"[^"]*"/g, '""'));
  const plain = markup(shopDocument(page("x"), turn));
  const dangerous = fc.oneof(
    fc.string({ unit: anyCharacter }),
    fc.constantFrom('"><script>alert(1)</script>', "' onclick='x", "</style><b>", "<!--", "&lt;", "$&$1"),
  );
  fc.assert(
    fc.property(dangerous, (text) => {
      assert.deepEqual(markup(shopDocument(page(`x${text}`), turn)), plain);
    }),
    { numRuns: 300 },
  );
});
