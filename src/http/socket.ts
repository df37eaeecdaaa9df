/**
 * A WebSocket to a server that answers every message with one of its own: the second way of sending, by the rules of ask.ts.
 * What comes back is cleaned of the API key and has a bounded size, redirects are not followed, and a message that nobody
 * asked for ends the connection: from then on no answer could be told from another's. `ws` is loaded with the first one.
 */
import type { Socket as Connection } from "node:net";
import type { WebSocket } from "ws";
import { HttpError, httpErrorOf } from "./errors.ts";
import type { Redactor } from "./secrets.ts";

export interface SocketOptions {
  /** `http://…` or `https://…`, with the path of the route. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly redactor: Redactor;
  /** A longer message, unpacked, is refused. */
  readonly mostBytes: number;
  /** Longest wait for the connection. */
  readonly openTimeoutMs: number;
}

/** Keeps the process alive only while an answer is awaited. */
export interface Socket {
  readonly isOpen: boolean;
  /** What the server sent although nobody had asked, such as why it closes at once. */
  readonly unasked: string | undefined;
  /** Sends `message` and resolves with the answer. One at a time. Throws HttpError; the connection is closed then. */
  ask(message: string, timeoutMs: number): Promise<string>;
  /** Closes it; `last` is sent before. */
  close(last?: string): void;
}

/** Opens a connection. Throws HttpError. */
export async function openSocket(options: SocketOptions): Promise<Socket> {
  const { WebSocket } = await import("ws");
  const { url, headers, mostBytes, openTimeoutMs, redactor } = options;
  const { origin } = new URL(url);
  const socket = new WebSocket(url.replace(/^http/, "ws"), {
    headers,
    maxPayload: mostBytes,
    handshakeTimeout: openTimeoutMs,
    followRedirects: false,
    perMessageDeflate: false,
  });
  // A server that has no room says so at once: who listens only when the connection stands may miss it.
  const answered = answering(socket, options);
  try {
    await opened(socket, origin);
    return answered;
  } catch (error) {
    socket.terminate();
    throw cleaned(httpErrorOf(origin, error), redactor);
  }
}

function opened(socket: WebSocket, origin: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
    socket.once("unexpected-response", (_request, { statusCode = 0, statusMessage = "" }) => {
      const isElsewhere = statusCode >= 300 && statusCode < 400;
      const why = isElsewhere ? "it redirects a WebSocket; give the address it redirects to" : statusMessage;
      const said = `${origin} answered ${statusCode}${why && `: ${why}`}`;
      reject(new HttpError(isElsewhere ? "redirected" : "broken", said));
    });
  });
}

function answering(socket: WebSocket, { redactor, mostBytes }: SocketOptions): Socket {
  let connection: Connection | undefined;
  let awaited: PromiseWithResolvers<string> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let unasked: string | undefined;
  let end: HttpError | undefined;

  function settle(): PromiseWithResolvers<string> | undefined {
    const answer = awaited;
    awaited = undefined;
    clearTimeout(timer);
    connection?.unref();
    return answer;
  }
  function fail(error: HttpError): void {
    end ??= cleaned(error, redactor);
    socket.terminate();
    settle()?.reject(end);
  }

  socket.once("upgrade", (response) => {
    connection = response.socket;
  });
  socket.once("open", () => connection?.unref());
  socket.on("message", (data, isBinary) => {
    if (end) return;
    if (isBinary) return fail(new HttpError("broken", "it sent bytes where a text was expected"));
    const text = redactor.clean(data.toString(), false);
    const answer = settle();
    if (answer) return answer.resolve(text);
    unasked = text;
    return fail(new HttpError("broken", "it sent a message that nobody asked for"));
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    const isLong = error.code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH";
    const tooLong = () => new HttpError("too long", `the answer is longer than ${mostBytes} bytes`);
    fail(isLong ? tooLong() : new HttpError("broken", error.code ?? error.message));
  });
  socket.on("close", (code, reason) => {
    const said = reason.length > 0 ? `: ${reason.toString()}` : "";
    fail(new HttpError("broken", `it closed the connection (${code}${said})`));
  });

  return {
    get isOpen() {
      return end === undefined;
    },
    get unasked() {
      return unasked;
    },
    async ask(message, timeoutMs) {
      if (end) throw end;
      const answer = Promise.withResolvers<string>();
      awaited = answer;
      connection?.ref();
      // A late answer would be taken for that to the next message.
      const late = () => fail(new HttpError("broken", `it gave no answer within ${timeoutMs / 1000} s`));
      timer = setTimeout(late, timeoutMs);
      socket.send(message);
      return answer.promise;
    },
    close(last) {
      if (end) return;
      end = new HttpError("broken", "it was closed here");
      settle()?.reject(end);
      if (last !== undefined) socket.send(last);
      socket.close();
    },
  };
}

const cleaned = (error: HttpError, redactor: Redactor) =>
  new HttpError(error.reason, redactor.clean(error.message, true));
