/** What keeps an exchange with a server from ending, in words for people. Nothing of the request is in it. */
import { messageOf } from "../core/errors.ts";

export type HttpReason =
  /** Nobody took the connection: the request was not even begun. */
  | "unreachable"
  /** The connection broke; the server may have done what was asked. */
  | "broken"
  /** The server's certificate is none to trust, or it speaks no TLS. Nothing was sent. */
  | "certificate"
  /** It sent us elsewhere, and we do not go there. */
  | "redirected"
  /** The answer is longer than allowed; the rest was not read. */
  | "too long";

export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly reason: HttpReason;

  constructor(reason: HttpReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

const UNREACHABLE = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT/;

const TRUST = "to trust it, name its certificate (PEM) in NODE_EXTRA_CA_CERTS";
const CERTIFICATES: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: `its certificate is signed by nobody but itself; ${TRUST}`,
  SELF_SIGNED_CERT_IN_CHAIN: `its certificate comes from an authority that is not known here; ${TRUST}`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `its certificate comes from an authority that is not known here; ${TRUST}`,
  UNABLE_TO_GET_ISSUER_CERT: `its certificate comes from an authority that is not known here; ${TRUST}`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `its certificate comes from an authority that is not known here; ${TRUST}`,
  CERT_HAS_EXPIRED:
    "its certificate has expired; whoever runs the server must renew it, or this machine's clock is wrong",
  CERT_NOT_YET_VALID: "its certificate is not valid yet; is this machine's clock right?",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another host; use the name that it is for",
  ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak TLS; does its URL begin with http://?",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "it does not speak TLS; does its URL begin with http://?",
};

/** What a failed `fetch` means. `server` is how it is named; `fetch failed` says little, what it was caused by has a code. */
export function httpErrorOf(server: string, error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  const causes = causesOf(error);
  const codes = causes.map((cause) => (cause as { code?: unknown }).code).filter((code) => typeof code === "string");
  const certificate = codes.find(
    (code) => Object.hasOwn(CERTIFICATES, code) || /^(CERT_|ERR_SSL_|ERR_TLS_)/.test(code),
  );
  if (certificate !== undefined) {
    const why = Object.hasOwn(CERTIFICATES, certificate) ? CERTIFICATES[certificate] : "no safe connection came about";
    return new HttpError("certificate", `${server}: ${why} (${certificate})`);
  }
  const found = codes.at(-1) ?? messageOf(causes.at(-1));
  return new HttpError(codes.some((code) => UNREACHABLE.test(code)) ? "unreachable" : "broken", found);
}

/** The error and what caused it, outermost first; Node packs several attempts to connect into one. */
function causesOf(error: unknown): unknown[] {
  if (!(error instanceof Error)) return [error];
  const inner = error instanceof AggregateError ? error.errors : [error.cause];
  return [error, ...inner.filter((cause) => cause instanceof Error).flatMap(causesOf)];
}
