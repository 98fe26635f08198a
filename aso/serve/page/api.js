// The server's questions and answers. The key is in this tab's storage and in one header, nowhere else.

const KEPT = "aso-key";
const PLAIN = {
  401: "The server asks for a key.",
  403: "The server does not take this key.",
  429: "Too many requests: the server asks for a pause.",
  503: "The server cannot read its store now.",
};

export class Failure extends Error {
  constructor(status, said, waitSeconds) {
    super(PLAIN[status] ?? (status ? "The server could not answer." : "The server cannot be reached."));
    this.status = status; // 0: no answer at all
    this.said = said; // the server's own words; text, as all else
    this.waitSeconds = waitSeconds;
  }
}

let remembered = null; // where the browser keeps nothing for this page, the key lasts until a reload

export const key = {
  get: () => remembered ?? stored((place) => place.getItem(KEPT)),
  keep: (text) => {
    remembered = text.trim();
    stored((place) => place.setItem(KEPT, remembered));
  },
  forget: () => {
    remembered = null;
    stored((place) => place.removeItem(KEPT));
  },
};

function stored(work) {
  try {
    return work(sessionStorage);
  } catch {
    return null; // a browser may forbid it
  }
}

export const timeline = (asked, signal) => ask("v1/timeline", asked, signal);
export const report = (asked, signal) => ask("v1/report", asked, signal);
export const dimensions = (asked, signal) => ask("v1/dimensions", asked, signal);

async function ask(path, asked, signal) {
  const answer = await fetched(`${path}?${query(asked)}`, signal).catch(unreached);
  const text = await answer.text().catch(unreached);
  const document = parsed(text);
  if (answer.ok && document) return document;
  throw new Failure(answer.status, document?.error ?? "", Number(answer.headers.get("Retry-After")) || 5);
}

function fetched(url, signal) {
  const headers = { "X-ASO-API-Key": key.get() ?? "" };
  const options = { headers, signal, cache: "no-store", credentials: "omit", redirect: "error", referrerPolicy: "no-referrer" };
  return fetch(url, options);
}

function unreached(error) {
  throw error.name === "AbortError" ? error : new Failure(0, "", 5);
}

function query(asked) {
  const pairs = Object.entries(asked).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
  return new URLSearchParams(pairs.filter(([, value]) => value !== null && value !== undefined));
}

/** A whole number that a float cannot hold stays the text that the server sent. */
function exactly(key, value, context) {
  const isExact = typeof value !== "number" || Number.isSafeInteger(value) || !context?.source;
  return isExact ? value : context.source;
}

function parsed(text) {
  try {
    return JSON.parse(text, exactly);
  } catch {
    return null;
  }
}
