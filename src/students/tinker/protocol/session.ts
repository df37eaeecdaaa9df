/**
 * A session with a Tinker server: hosted, or SkyRL's (`python -m skyrl.tinker.api`). What takes long is asked for and
 * collected later under the id that the server gave it. While the session is open the server hears of it every ten
 * seconds; it gives up sessions that it does not hear of, and their models with them.
 *
 * JSON throughout. The SDK sends batches as protobuf by now, which only the hosted server reads; both read JSON.
 *
 * Source: tinker 0.38.0, tinker/resources/*.py (paths), tinker/lib/api_future_impl.py (results),
 * tinker/lib/internal_client_holder.py (heartbeat); SkyRL's skyrl/tinker/api.py (github.com/NovaSky-AI/SkyRL, 280dd92).
 */
import { pause } from "../../../http/retries.ts";
import { seldom } from "../../../http/waiting.ts";
import { TinkerError } from "./failures.ts";
import { type Exchange, openTransport, type TinkerServer, transportSettings } from "./transport.ts";
import { fields, readText, unusable } from "./wire.ts";

const POLL_MS = 100;
const WORTH_A_WORD_S = 30;

export interface SupportedModel {
  readonly name: string;
  /** Tokens that it reads, where the server tells. */
  readonly contextTokens?: number;
}

/** Every method throws TinkerError; after `signal` or `close`, what the signal was aborted with. */
export interface TinkerSession {
  readonly id: string;
  supportedModels(): Promise<readonly SupportedModel[]>;
  /** A POST that answers at once. `mayRepeat`: doing it twice changes nothing. */
  post(path: string, body: object, mayRepeat: boolean): Promise<unknown>;
  /** The same, for what takes long: waits for the result. `submitted` hears when the server has it. */
  result(path: string, body: object, mayRepeat: boolean): Promise<unknown>;
  close(): void;
}

export interface SessionOptions {
  readonly server: TinkerServer;
  readonly signal?: AbortSignal | undefined;
}

/** Throws CliError for what `transportSettings` refuses, TinkerError for a server that does not want us. */
export async function openSession({ server, signal: given }: SessionOptions): Promise<TinkerSession> {
  const settings = transportSettings(server);
  const transport = openTransport(settings);
  const say = seldom(settings.say);
  const over = new AbortController();
  const signal = given ? AbortSignal.any([given, over.signal]) : over.signal;
  const ask = (exchange: Omit<Exchange, "signal">) => transport.ask({ ...exchange, signal });
  const post = (path: string, body: object, mayRepeat: boolean) => ask({ path, body, mayRepeat });

  // The SDK's own fields; SkyRL wants all three.
  const about = { tags: ["gleaner"], user_metadata: null, sdk_version: "gleaner", type: "create_session" };
  const id = readText(await post("create_session", about, true), "session_id");
  const heartbeat = setInterval(() => {
    // A session that is lost ends everything; a heartbeat that does not get through is followed by the next.
    post("session_heartbeat", { session_id: id, type: "session_heartbeat" }, true).catch((error) => {
      if (error instanceof TinkerError && error.reason === "lost") over.abort(error);
    });
  }, settings.heartbeatMs);
  heartbeat.unref();

  async function collected(request: string): Promise<unknown> {
    const start = performance.now();
    const deadline = start + settings.patienceMs;
    const exchange = { path: "retrieve_future", body: { request_id: request }, mayRepeat: true, isPoll: true };
    for (;;) {
      const answer = await ask(exchange);
      const { type, error } = fields(answer);
      if (error !== undefined && error !== null) {
        throw new TinkerError("failed", typeof error === "string" ? error : JSON.stringify(error));
      }
      if (type !== "try_again") return answer;
      if (performance.now() > deadline) {
        throw new TinkerError("too slow", `no result of ${request} within ${settings.patienceMs} ms`);
      }
      const seconds = Math.round((performance.now() - start) / 1000);
      if (seconds >= WORTH_A_WORD_S) say?.(`waiting for ${settings.url} for ${seconds} s: the request is in its queue`);
      await pause(POLL_MS, signal);
    }
  }

  return {
    id,
    async supportedModels() {
      const { supported_models: models } = fields(await ask({ path: "get_server_capabilities", mayRepeat: true }));
      if (!Array.isArray(models)) throw unusable("expected supported_models", models);
      return models.map((model) => {
        const { max_context_length: length } = fields(model);
        return { name: readText(model, "model_name"), ...(typeof length === "number" && { contextTokens: length }) };
      });
    },
    post,
    async result(path, body, mayRepeat) {
      return collected(readText(await post(path, body, mayRepeat), "request_id"));
    },
    close() {
      clearInterval(heartbeat);
      over.abort(new TinkerError("stopped", "the session was closed"));
    },
  };
}
