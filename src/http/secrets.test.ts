import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { baseUrl, withoutPasswords, withoutSecrets } from "./addresses.ts";
import { apiKeyFrom, REMOVED, redactor, WITHHELD } from "./secrets.ts";

const visible = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));
/** What keys are made of, and anything that a header can carry. */
const keys = fc.oneof(
  fc.string({ unit: fc.constantFrom(..."abcXYZ019-_./+=~:"), minLength: 8, maxLength: 60 }),
  fc.string({ unit: visible, minLength: 8, maxLength: 60 }),
);

const hexOf = (code: number, digits: number) => code.toString(16).padStart(digits, "0");
const eachOf = (key: string, write: (code: number) => string) =>
  [...key].map((one) => write(one.charCodeAt(0))).join("");

const ENTITIES: Readonly<Record<string, string>> = {
  ...{ "/": "&sol;", _: "&lowbar;", "-": "&hyphen;", ".": "&period;", "+": "&plus;", "=": "&equals;", "~": "&tilde;" },
  ...{ ":": "&colon;", "!": "&excl;", "#": "&num;", "(": "&lpar;", "{": "&lbrace;", "|": "&vert;", "@": "&commat;" },
};

/** How a key may come back. */
const WRITTEN: Readonly<Record<string, (key: string) => string>> = {
  plain: (key) => key,
  header: (key) => `authorization: bearer ${key}`,
  "other case": (key) => key.toUpperCase(),
  JSON: (key) => JSON.stringify({ error: `Bearer ${key}` }),
  "JSON in JSON in JSON": (key) => JSON.stringify(JSON.stringify(JSON.stringify(key))),
  "JSON escapes": (key) => `"${eachOf(key, (code) => `\\u${hexOf(code, 4)}`)}"`,
  "some JSON escapes": (key) =>
    `${JSON.stringify(key.slice(0, 3)).slice(0, -1)}${eachOf(key.slice(3), (code) => `\\u${hexOf(code, 4)}`)}"`,
  Python: (key) => eachOf(key, (code) => `\\x${hexOf(code, 2)}`),
  URL: (key) => encodeURIComponent(key),
  "URL, every character": (key) => eachOf(key, (code) => `%${hexOf(code, 2)}`),
  "URL in URL": (key) => encodeURIComponent(encodeURIComponent(key)),
  HTML: (key) => eachOf(key, (code) => `&#${code};`),
  "HTML, hexadecimal": (key) => eachOf(key, (code) => `&#x${hexOf(code, 2)};`),
  hexadecimal: (key) => Buffer.from(key).toString("hex"),
  "hexadecimal with colons": (key) =>
    Buffer.from(key)
      .toString("hex")
      .replace(/..(?=.)/g, "$&:"),
  Rust: (key) => eachOf(key, (code) => `\\u{${code.toString(16)}}`),
  "Python, beyond 16 bits": (key) => eachOf(key, (code) => `\\U${hexOf(code, 8)}`),
  "HTML, names": (key) => key.replaceAll("&", "&amp;").replace(/[^A-Za-z0-9&;]/g, (one) => ENTITIES[one] ?? one),
  "HTML, no semicolons": (key) => eachOf(key, (code) => `&#x${hexOf(code, 6)}`),
  "quoted-printable": (key) => eachOf(key, (code) => `=${hexOf(code, 2).toUpperCase()}`),
  "some quoted-printable": (key) => key.replace(/[^A-Za-z0-9]/g, (one) => `=${hexOf(one.charCodeAt(0), 2)}`),
  "decimal numbers": (key) => `[${[...key].map((one) => one.charCodeAt(0)).join(", ")}]`,
  "decimal numbers as texts": (key) => [...key].map((one) => `"${one.charCodeAt(0)}"`).join(),
  "hexadecimal numbers": (key) => [...key].map((one) => `0x${hexOf(one.charCodeAt(0), 2)}`).join(" "),
  "code points": (key) => [...key].map((one) => `U+${hexOf(one.charCodeAt(0), 4)}`).join(" "),
  "octal numbers": (key) => [...key].map((one) => `0${one.charCodeAt(0).toString(8)}`).join(","),
  octal: (key) => eachOf(key, (code) => `\\${code.toString(8).padStart(3, "0")}`),
};
/** How errors quote a key that they do not quote as it is. */
const QUOTED: Readonly<Record<string, (key: string) => string>> = {
  "its beginning": (key) => `${key.slice(0, Math.ceil(key.length * 0.7))}...`,
  "its end": (key) => `...${key.slice(Math.floor(key.length * 0.3))}`,
  "in lines": (key) => key.replace(/.{5}/g, "$&\n"),
  "in lines, as JSON": (key) => JSON.stringify(key.replace(/.{5}/g, "$&\r\n")),
  spaced: (key) => [...key].join(" "),
  "UTF-16": (key) => [...key].join("\0"),
  "hexadecimal bytes": (key) =>
    Buffer.from(key)
      .toString("hex")
      .replace(/..(?=.)/g, "$& "),
  "base64 in lines": (key) => Buffer.from(key).toString("base64").replace(/.{4}/g, "$&\r\n"),
};
/** These hold the key in bits; what is left of it must be too little. */
const ENCODED: Readonly<Record<string, (key: string) => string>> = {
  base64: (key) => Buffer.from(key).toString("base64"),
  "base64 of the header": (key) => Buffer.from(`Bearer ${key}`).toString("base64"),
  "base64 of more": (key) => Buffer.from(`{"key":"${key}","more":1}`).toString("base64url"),
};

test("a key is taken out, however it is written", () => {
  fc.assert(
    fc.property(keys, (key) => {
      const { clean } = redactor(key);
      for (const [name, write] of Object.entries(WRITTEN)) {
        const cleaned = clean(`before ${write(key)} behind`, false);
        assert(cleaned.includes(REMOVED), `${name}: ${key}: ${cleaned}`);
        assert(!cleaned.includes(write(key)), `${name}: ${key}: ${cleaned}`);
        // At most a sign of JSON or two is left of it.
        assert(
          cleaned.replace(/authorization: bearer|error|Bearer/i, "").length < REMOVED.length + 40,
          `${name}: ${cleaned}`,
        );
      }
      for (const [name, write] of Object.entries(ENCODED)) {
        const cleaned = clean(write(key), false);
        assert(cleaned.includes(REMOVED), `${name}: ${key}: ${cleaned}`);
        const left = Buffer.from(cleaned.replace(REMOVED, ""), "base64").toString("latin1");
        assert(!left.includes(key.slice(2, -2)), `${name}: ${key}: ${left}`);
      }
    }),
  );
});

test("an error may not quote a part of a key that says much, nor a key with blanks in it", () => {
  fc.assert(
    fc.property(keys, (key) => {
      fc.pre(key.length >= 12);
      const { clean } = redactor(key);
      for (const [name, write] of Object.entries(QUOTED)) {
        const cleaned = clean(`bad key ${write(key)}`, true);
        assert(cleaned.includes(REMOVED), `${name}: ${key}: ${cleaned}`);
        assert(cleaned.length < "bad key ".length + REMOVED.length + 30, `${name}: ${key}: ${cleaned}`);
      }
    }),
  );
  const { clean } = redactor("sk-proj-0123456789abcdefghij");
  assert.equal(clean("keys begin with sk-proj-, not 0123", true), "keys begin with sk-proj-, not 0123");
  // Only errors: what a model says is kept as it is.
  assert.equal(clean("0123456789abcdefghij", false), "0123456789abcdefghij");
});

test("an error with a key in a spelling that nobody knows is withheld, and no other", () => {
  const spread = fc.string({ unit: fc.constantFrom(..."<>$~^"), minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(keys, fc.array(spread, { minLength: 60, maxLength: 60 }), (key, between) => {
      fc.pre(key.length >= 16);
      const said = [...key].map((one, index) => `${one}${between[index]}`).join("");
      const cleaned = redactor(key).clean(`bad key ${said}`, true);
      assert(cleaned === WITHHELD || cleaned.includes(REMOVED), cleaned);
    }),
  );
  const { clean } = redactor("sk-proj-0123456789abcdefghij");
  assert.equal(
    clean("<s><k><-><p><r><o><j><-><0><1><2><3><4><5><6><7><8><9><a><b><c><d><e><f><g><h><i><j>", true),
    WITHHELD,
  );
  for (const text of [
    "maximum context length is 4096 tokens, 5012 were asked for: shorten the messages or the completion of this request",
    "0123456789 requests, then project sk-proj- was blocked; abcdefg",
  ]) {
    assert.equal(clean(text, true), text);
  }
});

test("JSON stays JSON, and other texts stay as they are", () => {
  fc.assert(
    fc.property(keys, fc.json(), fc.array(fc.constantFrom("\\", '"', "\n", "a")), (key, json, around) => {
      const { clean } = redactor(key);
      const said = JSON.stringify({ said: `${around.join("")}${key}${around.join("")}`, json });
      assert.match(JSON.parse(clean(said, true)).said, /\[API key removed\]/);
      if (!json.toLowerCase().includes(key.toLowerCase())) assert.equal(clean(json, true), json);
    }),
  );
  assert.equal(redactor(undefined).clean("Bearer none", true), "Bearer none");
});

test("a placeholder is taken out of errors only, as a word", () => {
  const { clean } = redactor("x");
  assert.equal(clean("Bearer x is wrong, max 3 tokens", true), `Bearer ${REMOVED} is wrong, max 3 tokens`);
  assert.equal(clean("take x from the box", false), "take x from the box");
});

test("long texts that nearly hold the key take no longer than others", { timeout: 60_000 }, () => {
  const key = "\\\\aaaaaaaa%%%%&&&&";
  const { clean } = redactor(key);
  for (const part of ["\\", "a", "%25", "&#x", "\\u00", "YWFh", "&amp;"]) {
    const text = part.repeat(2 ** 18 / part.length);
    assert(clean(text, true).length > 0);
  }
});

test("a key that no header can carry is refused, and not shown", () => {
  const name = "GLEANER_TEST_KEY";
  const refused = (key: string, expected: RegExp) => {
    process.env[name] = key;
    assert.throws(
      () => apiKeyFrom(name),
      (error: Error) => {
        assert.equal(error.name, "CliError");
        assert.match(error.message, expected);
        assert.doesNotMatch(error.message, /sk-|secret/);
        return true;
      },
    );
  };
  refused("sk-one\nsecret", /^environment variable GLEANER_TEST_KEY: .*got U\+000A as character 7 of it$/);
  refused("sk-sécret", /U\+00E9/);
  refused("sk-🔑", /U\+1F511/);
  refused("sk- secret", /U\+0020/);
  refused("  \n", /found nothing/);
  process.env[name] = " sk-fine \n";
  assert.equal(apiKeyFrom(name), "sk-fine");
  delete process.env[name];
  assert.throws(() => apiKeyFrom(name), {
    message: `environment variable ${name}: expected an API key, found nothing`,
  });
});

test("who gives the key in place of a variable's name does not see it printed", () => {
  for (const key of ["sk-proj-secret", "hf_secret", "gsk_SECRET", "S".repeat(80)]) {
    assert.throws(
      () => apiKeyFrom(key),
      (error: Error) => error.name === "CliError" && !error.message.includes(key),
    );
  }
});

test("a URL with a secret in it is refused, and not shown", () => {
  const refused = (url: string) => {
    let message = "";
    assert.throws(
      () => baseUrl("server", url),
      (error: Error) => {
        message = error.message;
        return error.name === "CliError";
      },
    );
    assert(!message.includes("secret"), message);
    return message;
  };
  assert.match(refused("http://here/v1?api_key=secret"), /^server here: expected a URL that ends before \? and #/);
  assert.match(refused("http://here/v1#secret"), /ends before/);
  assert.match(refused("http://me:secret@here/v1"), /expected no user or password/);
  assert.match(refused("htp://me:secret@here/v1?key=secret"), /expected a base URL/);
  assert.match(refused("here/v1?key=secret"), /"here\/v1\?": expected a base URL/);
  assert.equal(baseUrl("server", "http://here/v1//"), "http://here/v1");
  assert.equal(withoutPasswords("Looking in https://me:secret@here/simple"), "Looking in https://here/simple");
  assert.equal(withoutSecrets("see https://t@here/a?b=c#d now"), "see https://here/a? now");
});
