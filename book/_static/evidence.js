"use strict";
/* The evidence browser: reads what the address asks for, loads what that needs, and shows it. */

(() => {
  const own = window.compendiumEvidence;
  const PAGE = 25;
  const PAIRS = 8;
  const TYPING = 200;

  const root = document.getElementById("evidence-browser");
  const find = (name) => root.querySelector(`[data-part="${name}"]`);
  const setting = JSON.parse(document.getElementById("evidence-setting").textContent);
  const labels = JSON.parse(document.getElementById("evidence-labels").textContent);
  const views = {};
  const shown = { view: "", state: own.nothing(), rows: [], listed: 0, turn: 0 };

  /* Make ready what is in the page already, and show what the address asks for. */
  function start() {
    setting.locale = document.documentElement.lang || "en";
    Object.assign(setting, { pages: root.dataset.pages, source: root.dataset.source });
    own.setPlace(root.dataset.files, root.dataset.version);
    if (setting.article.rows.length) views.article = { name: "article", data: articleData() };
    if (root.dataset.version) views.corpus = { name: "corpus", data: null };
    if (!Object.keys(views).length) return;
    root.classList.add("evidence-live");
    find("panel").open = window.matchMedia("(min-width: 60rem)").matches;
    listen();
    refresh();
  }

  function articleData() {
    const kinds = [...new Set(setting.article.rows.map((row) => row.kind))];
    return own.articleOf(setting.article.rows, kinds, setting.codes);
  }

  /* Load the index of the corpus, once it is asked for. */
  async function ready(view) {
    if (view.data) return;
    view.index = await own.load("index");
    own.setPlace(root.dataset.files, view.index.version);
    view.data = own.corpusOf(view.index, ["post", "comment"], setting.codes);
  }

  /* Show what the address asks for. A later call overtakes an earlier one that still waits for files. */
  async function refresh() {
    const turn = (shown.turn += 1);
    const state = own.read(location.hash);
    const view = views[state.evidence ? "article" : state.in] || views.article || views.corpus;
    try {
      root.setAttribute("aria-busy", "true");
      await ready(view);
      const wish = await wishOf(state, view);
      if (turn !== shown.turn) return;
      const result = own.filter(view.data, wish);
      result.rows = own.sorted(view.data, result.rows, state.sort);
      await show(view, state, result, turn);
    } catch (error) {
      if (turn === shown.turn) tellFailed(error);
    } finally {
      if (turn === shown.turn) root.removeAttribute("aria-busy");
    }
  }

  /* What the state asks for as numbers that rows are compared with. */
  async function wishOf(state, view) {
    const mask = (names, places) => names.reduce((bits, name) => (places.includes(name) ? bits | (1 << places.indexOf(name)) : bits), 0);
    const codes = setting.codes.map((code) => code.id);
    return {
      kind: mask(state.kind, view.data.kinds),
      side: mask(state.side, setting.sides.map(([id]) => id)),
      language: mask(state.language, setting.languages.map(([id]) => id)),
      codes: state.code.map((code) => codes.indexOf(code)).filter((place) => place >= 0),
      all: state.all,
      ...(view.name === "article" ? articleWish(state) : await corpusWish(state, view)),
    };
  }

  function articleWish(state) {
    const found = own.searchTexts(setting.article.rows.map((row) => row.text), state.q);
    return { coded: false, from: null, to: null, likes: null, thread: null, row: null, found };
  }

  async function corpusWish(state, view) {
    const row = (id) => (id ? own.rowOf(view.index, id) : null);
    const [found, thread, one] = await Promise.all([own.search(view.index, state.q), row(state.thread), row(state.row)]);
    return {
      coded: state.coded, from: own.dayOf(state.from), to: own.dayOf(state.to), likes: own.numberOf(state.likes),
      // A post that is not there has no thread, and not the one of those without a post.
      thread: thread === -1 ? -2 : thread, row: one, found,
    };
  }

  /* Bring the page to a result. */
  async function show(view, state, result, turn) {
    const other = shown.view !== view.name;
    Object.assign(shown, { view: view.name, state, rows: result.rows, listed: 0 });
    if (other) own.panel.build(find("filters"), setting, labels, view);
    own.panel.setTo(find("filters"), state);
    own.panel.count(find("filters"), setting, view, result);
    turnTo(view);
    showPairs(view, result);
    find("clear").hidden = own.filtersIn(state) === 0;
    find("summary").textContent = own.fill(labels.filters, { count: own.filtersIn(state) });
    find("link").href = own.write({ ...state, in: view.name });
    find("sort").value = state.sort;
    if (view.name === "article") showCards(new Set(result.rows), state);
    else await list();
    if (turn !== shown.turn) return;
    tell(view);
    if (!shown.rows.length) await tellElsewhere(view, turn);
  }

  /* Show one of the two views; the other stays in the page for printing and searching, but hidden. */
  function turnTo(view) {
    for (const name of ["article", "corpus"]) {
      const tab = find(`tab-${name}`);
      const section = document.getElementById(`evidence-${name}`);
      if (section) section.hidden = name !== view.name;
      if (!tab) continue;
      tab.setAttribute("aria-selected", String(name === view.name));
      tab.tabIndex = name === view.name ? 0 : -1;
    }
    find("sorting").hidden = view.name !== "corpus";
  }

  function showCards(rows, state) {
    setting.article.rows.forEach((row, at) => {
      const card = document.getElementById(`evidence=${row.id}`);
      card.hidden = !rows.has(at);
      card.classList.toggle("evidence-target", state.evidence === row.id);
      if (state.evidence === row.id) card.scrollIntoView({ block: "center" });
    });
  }

  /* List the next texts, the first ones in the place of an earlier list; none if the list moved on meanwhile. */
  async function list() {
    const { rows, listed } = shown;
    const made = await articles(listed, listed + PAGE);
    if (rows !== shown.rows || listed !== shown.listed) return [];
    if (listed) find("list").append(...made);
    else find("list").replaceChildren(...made);
    shown.listed += made.length;
    find("more").hidden = shown.listed >= rows.length;
    return made;
  }

  /* More of the list; the first that is new gets the focus. */
  async function showMore() {
    const [first] = await list();
    if (!first) return;
    first.focus();
    tell(views.corpus);
  }

  /* The articles of some rows of the list; only the parts that hold these are loaded. */
  async function articles(from, to) {
    const rows = shown.rows.slice(from, to);
    const of = shown.rows.length;
    const texts = await textsOf(rows);
    return rows.map((row, at) => own.articleFor(setting, labels, about(row), texts[at], { number: from + at + 1, of }));
  }

  async function textsOf(rows) {
    const each = views.corpus.index.rowsAPart;
    await own.loadAll(rows.map((row) => `texts-${Math.floor(row / each)}`));
    return rows.map((row) => own.held(`texts-${Math.floor(row / each)}`)[row % each]);
  }

  /* What the index knows of a row. */
  function about(row) {
    const { index, data } = views.corpus;
    return {
      kind: data.kinds[index.kind[row]], side: index.side[row], language: index.language[row],
      day: data.day[row], likes: data.likes[row], thread: data.thread[row],
    };
  }

  /* Say which file could not be loaded. */
  function tellFailed(error) {
    find("status").textContent = own.fill(labels.failed, { file: error.message });
  }

  /* Say how many are shown. */
  function tell(view) {
    const [count, all] = [shown.rows.length, view.data.count].map((number) => number.toLocaleString(setting.locale));
    const label = shown.rows.length ? labels[`status_${view.name}`] : labels.status_none;
    find("status").textContent = own.fill(label, { count, all, listed: Math.min(shown.listed, shown.rows.length) });
  }

  /* Where nothing fits, the way to the same in the other view, with how many fit there where that is known already. */
  async function tellElsewhere(view, turn) {
    const other = Object.values(views).find((one) => one.name !== view.name);
    const { state } = shown;
    // A single text or thread is in one view only.
    if (!other || state.evidence || state.row || state.thread) return;
    const rows = other.data && own.filter(other.data, await wishOf(state, other)).rows;
    if (turn !== shown.turn || rows?.length === 0) return;
    const filled = { tab: find(`tab-${other.name}`).textContent, count: rows?.length.toLocaleString(setting.locale) };
    const told = own.fill(rows ? labels.counted : labels.elsewhere, filled);
    find("status").append(" · ", own.element("a", { href: own.write({ ...state, in: other.name }) }, told));
  }

  /* The codes that stand together on the texts that are shown; each pair is a filter. */
  function showPairs(view, result) {
    const items = own.pairs(view.data, result.held, PAIRS).map(([one, other, count]) => {
      const named = [one, other].map((code) => setting.codes[code].name).join(" + ");
      const asked = { ...shown.state, in: view.name, code: [one, other].map((code) => setting.codes[code].id), all: true, evidence: "" };
      return own.element("li", {}, own.element("a", { href: own.write(asked) }, own.named(setting, named)), ` ${count.toLocaleString(setting.locale)}`);
    });
    find("pairs").hidden = !items.length;
    find("pair-list").replaceChildren(...items);
  }

  /* Ask for something else: a new address, and what it asks for. */
  function ask(state, { replace = false } = {}) {
    const address = own.write(state);
    if (address === own.write(own.read(location.hash))) return;
    history[replace ? "replaceState" : "pushState"](null, "", address);
    refresh();
  }

  /* Take away all that fits. */
  async function save(kind) {
    const { state, rows, view } = shown;
    const { origin, licence } = setting[view];
    const table = view === "article" ? articleRows(rows) : await corpusRows(rows);
    const told = licence || labels.no_licence;
    const whole = table.map((row) => ({ ...row, study: setting.study, origin, licence: told }));
    const name = `${setting.study}-${view}`;
    if (kind === "csv") own.save(`${name}.csv`, own.asCsv(whole), "text/csv;charset=utf-8");
    else {
      const of = { study: setting.study, title: setting.title, origin, licence: told, view: own.write({ ...state, in: view }) };
      own.save(`${name}.json`, own.asJson(whole, of), "application/json");
    }
  }

  function articleRows(rows) {
    return rows.map((at) => {
      const row = setting.article.rows[at];
      return {
        id: row.id, section: row.section, kind: row.kind, side: row.sides.map((side) => setting.sides[side][0]).join(" "),
        language: row.languages.map((language) => setting.languages[language][0]).join(" "),
        codes: row.codes.map((code) => setting.codes[code].id).join(" "), gist: row.text,
      };
    });
  }

  async function corpusRows(rows) {
    const texts = await textsOf(rows);
    return rows.map((row, at) => {
      const known = about(row);
      const [id, text, told, post, parent, spans] = texts[at];
      return {
        id, kind: known.kind, post, answers: parent, side: setting.sides[known.side][0],
        language: setting.languages[known.language][0],
        [setting.corpus.coarse ? "week_of" : "day"]: known.day < 0 ? "" : new Date(known.day * 86400000).toISOString().slice(0, 10),
        [setting.corpus.coarse ? "likes_at_least" : "likes"]: known.likes < 0 ? "" : known.likes,
        told: ["whole", "gist", "opening", "hidden"][told],
        codes: [...new Set(spans.map((span) => setting.codes[span[2]].id))].join(" "),
        codings: spans.map(([start, end, code, coder]) => codingOf(text, start, end, code, coder)).join("; "),
        text: text.replace(/^\n/, ""),
      };
    });
  }

  /* A coding in a cell: code, coder and, where it stands on a part of the text, its words. */
  function codingOf(text, start, end, code, coder) {
    const words = start < 0 ? "" : `: ${text.slice(start, end).trim()}`;
    return `${setting.codes[code].id} (${coder})${words}`;
  }

  /* What a reader can do. */
  function listen() {
    const filters = find("filters");
    // Nobody waits for what a listener does, and so nobody else would hear that it failed.
    const telling = (act) => () => act().catch(tellFailed);
    let typing = 0;
    filters.addEventListener("change", () => ask(own.panel.readFrom(filters, shownState())));
    filters.addEventListener("input", (event) => {
      if (event.target.name !== "q") return;
      clearTimeout(typing);
      typing = setTimeout(() => ask(own.panel.readFrom(filters, shownState()), { replace: true }), TYPING);
    });
    filters.addEventListener("submit", (event) => event.preventDefault());
    find("clear").addEventListener("click", () => {
      ask({ ...own.nothing(), in: shown.view, sort: shown.state.sort });
      find("status").focus();
    });
    find("sort").addEventListener("change", () => ask({ ...shownState(), sort: find("sort").value }));
    find("more").addEventListener("click", telling(showMore));
    find("csv").addEventListener("click", telling(() => save("csv")));
    find("json").addEventListener("click", telling(() => save("json")));
    window.addEventListener("hashchange", refresh);
    own.watchMarks(root);
    listenToTabs();
    listenToList();
  }

  function shownState() {
    return { ...shown.state, in: shown.view };
  }

  /* Tabs: a click or an arrow key; what is asked for goes along as far as the other view knows it. */
  function listenToTabs() {
    const tabs = [...root.querySelectorAll("[role=tab]")];
    tabs.forEach((tab, at) => {
      const name = tab.dataset.part.replace("tab-", "");
      tab.addEventListener("click", () => ask({ ...shownState(), in: name, evidence: "", row: "", thread: "" }));
      tab.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        const next = tabs[(at + step + tabs.length) % tabs.length];
        next.focus();
        next.click();
      });
    });
  }

  /* A feed is walked by Page Down and Page Up, from one text to the next. */
  function listenToList() {
    find("list").addEventListener("keydown", (event) => {
      const article = event.target.closest("article");
      const next = { PageDown: article?.nextElementSibling, PageUp: article?.previousElementSibling }[event.key];
      if (!next) return;
      event.preventDefault();
      next.focus();
    });
  }

  start();
})();
