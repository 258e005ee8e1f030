// Asking the server. Every failure becomes a Problem that can be said in a sentence.

import { currentLanguage, say } from "./text.js";

const STORED_AS = "patok.token";
let token = null;
try {
  token = sessionStorage.getItem(STORED_AS) ?? localStorage.getItem(STORED_AS);
} catch {
  // Storage may be forbidden; then the token lasts as long as the page.
}

// kind: unreachable | token | link | missing | refused | server
export class Problem extends Error {
  constructor(kind, detail = "") {
    super(kind);
    this.kind = kind;
    this.detail = detail;
  }

  say() {
    return say(`problem_${this.kind}`, { detail: this.detail });
  }
}

// A key that was typed stays in this tab. What the link gave is for all tabs of this browser: the link works
// once, and the token ends with the server.
export function setToken(value, { forAllTabs = false } = {}) {
  token = value;
  try {
    sessionStorage.removeItem(STORED_AS);
    localStorage.removeItem(STORED_AS);
    if (value) (forAllTabs ? localStorage : sessionStorage).setItem(STORED_AS, value);
  } catch {
    // As above.
  }
}

// The link that the server printed ends in #sign-in=CODE. The code leaves the address before anything else.
export async function signInByLink() {
  const code = new URLSearchParams(location.hash.slice(1)).get("sign-in");
  if (code === null) return;
  history.replaceState(null, "", location.pathname);
  let response;
  try {
    response = await fetch(address("/v1/sign-in", { lang: currentLanguage() }), {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ code }),
    });
  } catch {
    throw new Problem("unreachable");
  }
  if (response.ok) setToken((await response.json()).token, { forAllTabs: true });
  else if (!hasToken()) throw new Problem("link", (await response.json().catch(() => ({}))).detail);
}

export function hasToken() {
  return Boolean(token);
}

export function authorization() {
  return token ? { Authorization: `Bearer ${token}` } : {};
}

// The address of a resource of this server; empty values are left out of the query.
export function address(path, query = {}) {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") url.searchParams.set(name, value);
  }
  return url;
}

export async function getJson(path, query = {}) {
  const url = address(path, { ...query, lang: currentLanguage() });
  let response;
  try {
    response = await fetch(url, { headers: { Accept: "application/json", ...authorization() } });
  } catch {
    throw new Problem("unreachable");
  }
  if (response.ok) {
    try {
      return await response.json();
    } catch {
      throw new Problem("unreachable");
    }
  }
  const problem = await response.json().catch(() => ({}));
  const detail = problem.detail ?? String(response.status);
  if (response.status === 401) throw new Problem("token", detail);
  if (response.status === 404) throw new Problem("missing", detail);
  throw new Problem(response.status >= 500 ? "server" : "refused", detail);
}

const part = encodeURIComponent;

export const campaigns = async () => (await getJson("/v1/campaigns")).campaigns;

export const frames = async () => (await getJson("/v1/frames")).frames;

export const areaFeature = (frame, release, code) =>
  getJson(`/v1/frames/${part(frame)}/areas/${part(code)}`, { release });

// { areas, without_area }: the areas of one level below the code `parent`.
export const areaSummaries = (campaign, { level, parent, release, limit }) =>
  getJson(`/v1/campaigns/${part(campaign)}/summary/areas`, { level, parent, release, limit });

export const checkSummaries = async (campaign) =>
  (await getJson(`/v1/campaigns/${part(campaign)}/summary/checks`)).checks;

export const findings = (campaign, { code, severity, area, after, limit }) =>
  getJson(`/v1/campaigns/${part(campaign)}/findings`, { code, severity, area, after, limit });

export const geotagFeature = (campaign, id) =>
  getJson(`/v1/campaigns/${part(campaign)}/geotags/${part(id)}`);

export const areaTiles = (frame, release, level, campaign) =>
  getJson("/tiles/areas.json", { frame, release, level, campaign });

export const geotagTiles = (campaign, code, severity) =>
  getJson("/tiles/geotags.json", { campaign, code, severity });
