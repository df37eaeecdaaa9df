/**
 * A person in a browser, asked one page at a time. Bound to loopback, under a path that nobody can guess: other users of
 * the machine reach the port, too, but neither read the page nor press its buttons. Requests that another site could make
 * in the person's browser are refused (the Host header against rebinding, the Origin header against foreign forms).
 */
import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { bodyOf, closed, listening } from "../loopback.ts";
import { farewell, type ShopPage, shopDocument } from "./page.ts";

export interface ShopServer {
  /** Where the person should go. Whoever knows it can play: it ends in 128 random bits and "/". */
  readonly url: string;
  /** Shows `page` until a button on it is pressed; the action that the button sends. */
  ask(page: ShopPage, steps: number): Promise<string>;
  /** Shows a last word and stops listening. */
  close(message: string): Promise<void>;
}

export interface ShopServerOptions {
  /** 0 = any free port. */
  readonly port: number;
  /** Actions an episode may have. */
  readonly maxSteps: number;
}

/** Longest form, in bytes. */
const MAX_FORM = 64 * 1024;
const TOKEN_BYTES = 16;

const HEADERS = {
  "Content-Type": "text/html; charset=utf-8",
  "Content-Security-Policy":
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  "X-Content-Type-Options": "nosniff",
  // No other site hears the address. `no-referrer` would also take the Origin header from our own forms.
  "Referrer-Policy": "same-origin",
  "Cache-Control": "no-store",
} as const;

interface Question {
  readonly number: number;
  readonly document: string;
  answer(action: string): void;
}

/** Rejects if the port is taken. */
export async function openShopServer({ port, maxSteps }: ShopServerOptions): Promise<ShopServer> {
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  let asked = 0;
  let question: Question | undefined;
  let lastWord: string | undefined;
  let changed = Promise.withResolvers<void>();
  /** Whoever waits for the next page may look again. */
  const announce = () => {
    changed.resolve();
    changed = Promise.withResolvers<void>();
  };

  async function currentDocument(): Promise<string> {
    while (!question && lastWord === undefined) await changed.promise;
    return question?.document ?? lastWord!;
  }

  async function answered(request: IncomingMessage): Promise<void> {
    const form = new URLSearchParams(await bodyOf(request, MAX_FORM));
    const action = form.get("action") ?? searchFor(form.get("query"));
    if (!question || form.get("turn") !== String(question.number) || action === null) return;
    const { answer } = question;
    question = undefined;
    answer(action);
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const page = pageBehind(token, request.url);
    if (page === undefined) return void response.writeHead(404).end();
    const { host, origin } = request.headers;
    const ours = [`127.0.0.1:${bound}`, `localhost:${bound}`];
    if (!ours.includes(host ?? "")) return refuse(response, 421, "unknown host");
    if (page !== "" && page !== "act") return refuse(response, 404, "no such page");
    if (request.method === "GET" && page === "") {
      response.writeHead(200, HEADERS).end(await currentDocument());
      return;
    }
    if (request.method !== "POST" || page !== "act") return refuse(response, 405, "no such method");
    if (origin !== undefined && !ours.includes(origin.replace(/^http:\/\//, "")))
      return refuse(response, 403, "another site's form");
    await answered(request);
    await currentDocument();
    response.writeHead(303, { Location: `/${token}/` }).end();
  }

  const server = createServer((request, response) => {
    respond(request, response).catch(() => refuse(response, 400, "the request could not be read"));
  });
  await listening(server, "127.0.0.1", port);
  const bound = (server.address() as AddressInfo).port;

  return {
    url: `http://127.0.0.1:${bound}/${token}/`,
    ask(page, steps) {
      return new Promise((resolve) => {
        const number = ++asked;
        question = { number, document: shopDocument(page, { number, steps, maxSteps }), answer: resolve };
        announce();
      });
    },
    async close(message) {
      lastWord = farewell(message);
      announce();
      // The browser that sent the last answer still fetches the last word.
      await new Promise((resolve) => setTimeout(resolve, LAST_WORD_MS));
      await closed(server);
    },
  };
}

const LAST_WORD_MS = 500;

/** What stands behind `/TOKEN/` in a request's path; undefined for any other path. How long it takes tells nothing of the token. */
function pageBehind(token: string, path = ""): string | undefined {
  const expected = Buffer.from(`/${token}/`);
  const given = Buffer.from(path);
  const found = given.subarray(0, expected.length);
  if (found.length !== expected.length || !timingSafeEqual(found, expected)) return undefined;
  return given.toString("utf8", expected.length);
}

/** The action a search form means; null without a query. Brackets would end the action early. */
function searchFor(query: string | null): string | null {
  const words = query?.replace(/[[\]\r\n]/g, " ").trim();
  return words ? `search[${words}]` : null;
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  if (response.headersSent) return void response.end();
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" }).end(`${reason}\n`);
}
