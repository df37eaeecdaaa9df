/**
 * A Tinker server that does no arithmetic: every token has log-probability −1, samples are prescribed. It writes down what it
 * is asked, and misbehaves as told. For real arithmetic there is real/tinker_server.py.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface StubRequest {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly key: string | undefined;
}

/** What a request gets instead of the usual: a status, a body, or nothing at all. */
export type StubReply =
  | { readonly status?: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  | "cut"
  | "hang";

export interface TinkerStub {
  readonly url: string;
  /** Everything that was asked so far, heartbeats left out. */
  readonly requests: readonly StubRequest[];
  /** The paths of it, without the fetching of results. */
  paths(): string[];
}

interface Stubborn {
  /** `time` counts the requests to this path from 1. Undefined: the usual answer. */
  readonly misbehave?: (path: string, time: number, body: StubRequest["body"]) => StubReply | undefined;
  /** The tokens of every sample. */
  readonly sample?: readonly number[];
  readonly contextTokens?: number;
}

/** Gone after the test. */
export async function tinkerStub(
  t: { after(end: () => void): void },
  { misbehave = () => undefined, sample = [1], contextTokens = 1000 }: Stubborn = {},
): Promise<TinkerStub> {
  const requests: StubRequest[] = [];
  const results = new Map<string, unknown>();
  const times = new Map<string, number>();

  function usual(path: string, body: StubRequest["body"]): unknown {
    if (path === "get_server_capabilities") {
      return { supported_models: [{ model_name: "base", max_context_length: contextTokens }] };
    }
    if (path === "create_session") return { type: path, session_id: "session" };
    if (path === "create_sampling_session") return { type: path, sampling_session_id: "sampling" };
    if (path === "weights_info") return { base_model: "base", is_lora: true, lora_rank: 16 };
    if (path === "retrieve_future") return results.get(String(body.request_id));
    const id = `${path}-${requests.length}`;
    results.set(id, resultOf(path, body, sample));
    return { request_id: id };
  }

  const server = createServer(async (request, response) => {
    const path = request.url!.replace("/api/v1/", "");
    const body = await bodyOf(request);
    if (path !== "session_heartbeat") requests.push({ path, body, key: request.headers["x-api-key"] as string });
    const time = (times.get(path) ?? 0) + 1;
    times.set(path, time);
    const reply = misbehave(path, time, body) ?? { body: usual(path, body) };
    if (reply === "hang") return;
    if (reply === "cut") return void request.socket.destroy();
    const { status = 200, headers = {} } = reply;
    response.writeHead(status, headers);
    response.end(typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body ?? {}));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    paths: () => requests.flatMap(({ path }) => (path === "retrieve_future" ? [] : [path])),
  };
}

async function bodyOf(request: IncomingMessage): Promise<StubRequest["body"]> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return parts.length === 0 ? {} : JSON.parse(Buffer.concat(parts).toString("utf8"));
}

interface Pass {
  readonly data: readonly {
    readonly loss_fn_inputs: { readonly target_tokens: { readonly data: readonly number[] } };
  }[];
}

function resultOf(path: string, body: StubRequest["body"], sample: readonly number[]): unknown {
  if (path === "create_model") return { model_id: "model", type: path };
  if (path === "asample") return { sequences: [{ tokens: sample, stop_reason: "stop" }] };
  if (path === "save_weights") return { path: `tinker://model/weights/${body.path}` };
  if (path === "save_weights_for_sampler") return { path: `tinker://model/sampler_weights/${body.path}` };
  const pass = (body.forward_input ?? body.forward_backward_input) as Pass | undefined;
  if (!pass) return {};
  const logprobs = pass.data.map(({ loss_fn_inputs }) => loss_fn_inputs.target_tokens.data.map(() => -1));
  return { loss_fn_output_type: "x", metrics: {}, loss_fn_outputs: logprobs.map((data) => ({ logprobs: { data } })) };
}
