"use strict";

const blob = JSON.parse(document.getElementById("blob").textContent);
const dialog = document.getElementById("evidence");
const body = document.getElementById("evidence-body");
const SIGNS = { pass: "✓", seen: "•", fail: "✗", unknown: "?", error: "!", unsupported: "–", inapplicable: "·" };
const COLUMNS = ["op", "client · process", "call", "keys", "input", "output", "outcome", "error", "at, ms", "took"];

// Text only ever becomes text: what a backend returned is never read as markup.
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}

function mark(playing) {
  const known = playing.word === "fail" && playing.known;
  const sign = element("i", { "aria-hidden": "true" }, SIGNS[playing.word]);
  const tag = known ? element("b", {}, "known") : null;
  return element("span", { class: `mark ${playing.word}${known ? " known" : ""}` }, sign, ` ${playing.word} `, tag);
}

function deviation(playing) {
  if (!playing.known) return null;
  const web = /^https?:\/\//.test(playing.upstream || "");
  const upstream = web
    ? element("a", { href: playing.upstream, rel: "noreferrer noopener" }, playing.upstream)
    : playing.upstream || "";
  const word = playing.word === "fail" ? "Known " : "Expected to fail ";
  const often = playing.intermittent ? " · intermittent" : "";
  const until = playing.review_by ? ` · review by ${playing.review_by}` : "";
  return element("p", { class: "deviation" }, element("b", {}, word), upstream, `${often}${until} · `,
    element("code", {}, playing.known));
}

function opRow(op, shows) {
  const [seq, client, call, keys, input, output, outcome, error, at, took] = op;
  const cell = (text, kind) => element("td", { class: kind }, text);
  return element("tr", { class: shows ? "shows" : null },
    element("th", { scope: "row" }, `${seq}`, shows ? element("span", { class: "vh" }, " evidence") : null),
    cell(client, "who"), cell(call), cell(keys, "wide"), cell(input), cell(output, "wide"),
    cell(outcome, outcome === "ok" ? null : "bad"), cell(error, error ? "wide" : null), cell(at, "n"), cell(took, "n"));
}

function gapRow(count) {
  const text = `${count.toLocaleString("en")} more in the Run file`;
  return element("tr", { class: "gap" }, element("td", { colspan: COLUMNS.length }, text));
}

function opsTable(history, evidence) {
  const shows = new Set(evidence);
  const head = element("tr", {}, ...COLUMNS.map((name) => element("th", { scope: "col" }, name)));
  const rows = element("tbody");
  let shown = 0;
  for (const op of history.ops) {
    const gap = op[op.length - 1];
    if (gap) rows.append(gapRow(gap));
    shown += 1 + gap;
    rows.append(opRow(op, shows.has(op[0])));
  }
  if (history.total > shown) rows.append(gapRow(history.total - shown));
  const table = element("table", { class: "ops" }, element("thead", {}, head), rows);
  return element("div", { class: "scroll calls", tabindex: "0", role: "region", "aria-label": "Ops" }, table);
}

function observations(history) {
  if (!history.observed) return null;
  const more = history.observed - history.observations.length;
  const items = history.observations.map(([kind, at, said]) => element("li", {}, `${at} ms  ${kind}  ${said}`));
  if (more > 0) items.push(element("li", {}, `${more.toLocaleString("en")} more in the Run file`));
  return element("details", {}, element("summary", {}, `Observations (${history.observed})`),
    element("ul", { class: "observations" }, ...items));
}

function reproduction(playing) {
  if (!playing.command && !playing.script && !playing.unsaid) return null;
  const code = (text) => element("pre", {}, element("code", {}, text));
  const script = playing.script ? [element("p", {}, "With Celery and the server alone: ",
    element("code", {}, `repro/${playing.file}`)), code(playing.script)] : [];
  const unsaid = playing.unsaid ? element("p", {}, `There is no script: ${playing.unsaid}.`) : null;
  const command = playing.command ? [element("p", {}, "This playing again:"), code(playing.command)] : [];
  return element("details", { class: "again" }, element("summary", {}, "Reproduce"), ...command, ...script, unsaid);
}

function playingPart(playing) {
  const history = blob.plays[playing.play];
  const part = element("section", { class: "playing" }, element("h3", {}, playing.play),
    playing.scenario ? element("p", { class: "source" }, playing.scenario) : null,
    element("p", { class: "because" }, mark(playing), ` ${playing.because}`),
    playing.margin ? element("p", {}, `Decided by ${playing.margin}.`) : null,
    deviation(playing), reproduction(playing));
  if (!history) {
    part.append(element("p", { class: "more" }, "No Ops of this playing are in this Run."));
    return part;
  }
  if (history.broken) part.append(element("p", { class: "bad" }, `The script did not come to its end: ${history.broken}`));
  const marked = playing.evidence.length ? `${playing.evidence.length} marked as evidence` : "none marked as evidence";
  part.append(element("p", { class: "source" }, `${history.total.toLocaleString("en")} Ops, ${marked}.`));
  if (history.total) part.append(opsTable(history, playing.evidence));
  part.append(...[observations(history)].filter(Boolean));
  return part;
}

function show(key) {
  const cell = Object.hasOwn(blob.cells, key) ? blob.cells[key] : null;
  if (!cell) return;
  const close = element("button", { type: "button", class: "close" }, "Close");
  close.addEventListener("click", () => dialog.close());
  const title = element("h2", { id: "evidence-title" }, `${cell.clause} · ${cell.contestant}`);
  body.replaceChildren(element("div", { class: "bar" }, title, close),
    element("p", { class: "because" }, cell.sentence),
    element("p", { class: "source" }, `Level: ${cell.level}. Source: ${cell.source || "–"}`),
    ...cell.missing.map((play) => element("p", { class: "bad" }, `${play} was planned and left no verdict in this Run.`)),
    ...cell.playings.map(playingPart));
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  for (const calls of body.querySelectorAll(".calls")) {
    const first = calls.querySelector(".shows");
    if (first) calls.scrollTop = first.offsetTop - 4 * first.offsetHeight;
  }
  history.replaceState(null, "", `#${encodeURIComponent(key)}`);
}

for (const button of document.querySelectorAll("[data-cell]")) {
  button.addEventListener("click", () => show(button.dataset.cell));
}
dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
dialog.addEventListener("close", () => history.replaceState(null, "", location.pathname + location.search));

function followLink() {
  try { show(decodeURIComponent(location.hash.slice(1))); } catch { /* not an address that this page gave out */ }
}
window.addEventListener("hashchange", followLink);
followLink();
