"use strict";
/* The filters beside the list: built once for each view, their counts brought up to date with every change. */

(() => {
  const own = window.compendiumEvidence;
  const { element, fill } = own;

  /* One choice: a box to tick, its name and how many it would leave. */
  function choice(setting, [facet, value], name, extra = []) {
    const box = element("input", { type: "checkbox", name: facet, value });
    const count = element("span", { class: "evidence-count" });
    const told = own.named(setting, name);
    told.className = "evidence-name";
    return element("label", { class: "evidence-choice" }, box, ...extra, told, count);
  }

  /* A group of choices under a heading. */
  function group(legend, ...children) {
    return element("fieldset", {}, element("legend", {}, legend), ...children);
  }

  /* A field with its label. */
  function field(label, attributes) {
    return element("label", { class: "evidence-field" }, element("span", {}, label), element("input", attributes));
  }

  /* The codebook as a tree: each pattern opens, and a theme can be ticked as well as its codes. */
  function codeTree(setting, labels) {
    const roots = setting.codes.map((code, at) => [code, at]).filter(([code]) => code.above < 0);
    return roots.map(([root, at]) => {
      const below = setting.codes.map((code, place) => [code, place]).filter(([, place]) => rootOf(setting, place) === at);
      const boxes = below.map(([code, place]) => codeChoice(setting, labels, code, place));
      if (below.length === 1) return boxes[0];
      return element("details", { "data-root": at }, element("summary", {}, own.named(setting, root.name)), ...boxes);
    });
  }

  function codeChoice(setting, labels, code, place) {
    const swatch = element("span", { class: "evidence-swatch", "aria-hidden": "true" });
    swatch.style.background = own.colourOf(setting, place);
    const name = code.above < 0 ? fill(labels.all_of, { name: code.name }) : code.name;
    const made = choice(setting, ["code", code.id], name, [swatch]);
    made.classList.add(`evidence-${["pattern", "theme", "code"].includes(code.level) ? code.level : "code"}`);
    return made;
  }

  function rootOf(setting, place) {
    let at = place;
    while (setting.codes[at].above >= 0) at = setting.codes[at].above;
    return at;
  }

  /* All filters of a view. */
  function build(panel, setting, labels, view) {
    const names = {
      kind: view.data.kinds.map((kind) => [kind, labels[`kind_${kind}`] || kind]),
      side: setting.sides.map(([id, label]) => [id, label || labels.side_unknown]),
      language: setting.languages.map(([id], at) => [id, own.languageName(setting, labels, at)]),
    };
    const facets = Object.entries(names).map(([facet, values]) =>
      group(labels[`facet_${facet}`], ...values.map(([value, name]) => choice(setting, [facet, value], name))),
    );
    panel.replaceChildren(
      field(labels.search, { type: "search", name: "q", autocomplete: "off", placeholder: labels.search_hint }),
      ...codeGroup(setting, labels, view),
      ...facets,
      ...(view.name === "corpus" ? corpusFields(setting, labels) : []),
    );
  }

  function codeGroup(setting, labels, view) {
    if (!setting.codes.length) return [];
    const all = choice(setting, ["all", "1"], labels.match_all);
    const coded = view.name === "corpus" ? [choice(setting, ["coded", "1"], labels.coded_only)] : [];
    return [group(labels.facet_code, ...codeTree(setting, labels), all, ...coded)];
  }

  function corpusFields(setting, labels) {
    const days = [field(labels.from, { type: "date", name: "from" }), field(labels.to, { type: "date", name: "to" })];
    const told = setting.corpus.coarse ? [element("p", { class: "evidence-note" }, labels.coarse)] : [];
    const likes = field(labels.likes_at_least, { type: "number", name: "likes", min: 0, step: 1, inputmode: "numeric" });
    return [group(labels.facet_time, ...days), group(labels.facet_likes, likes), ...told];
  }

  /* Tick and fill what the state asks for; what somebody types in is left alone. */
  function setTo(panel, state) {
    for (const input of panel.querySelectorAll("input")) {
      const asked = state[input.name];
      if (input.type === "checkbox") input.checked = Array.isArray(asked) ? asked.includes(input.value) : asked === true;
      else if (input !== document.activeElement) input.value = asked;
    }
    for (const box of panel.querySelectorAll("details[data-root] input:checked")) box.closest("details").open = true;
  }

  /* What the panel asks for. */
  function readFrom(panel, state) {
    const next = { ...state, kind: [], side: [], language: [], code: [], all: false, coded: false, evidence: "" };
    for (const input of panel.querySelectorAll("input")) {
      if (input.type !== "checkbox") next[input.name] = input.value.trim();
      else if (input.checked && Array.isArray(next[input.name])) next[input.name].push(input.value);
      else if (input.checked) next[input.name] = true;
    }
    return next;
  }

  /* Show how many each choice would leave; one that leaves none is faint, and gone where nothing at all has it. */
  function count(panel, setting, view, result) {
    const places = {
      kind: view.data.kinds,
      side: setting.sides.map(([id]) => id),
      language: setting.languages.map(([id]) => id),
      code: setting.codes.map((code) => code.id),
    };
    for (const input of panel.querySelectorAll("input[type=checkbox]")) {
      if (!(input.name in places)) continue;
      const place = places[input.name].indexOf(input.value);
      const number = (input.name === "code" ? result.codes : result.counts[input.name]).get(place) || 0;
      const label = input.parentElement;
      label.querySelector(".evidence-count").textContent = number.toLocaleString(setting.locale);
      label.classList.toggle("evidence-none", number === 0 && !input.checked);
      label.hidden = input.name !== "code" && !input.checked && !occurs(view.data[input.name], place);
    }
  }

  /* Whether any row has a value. */
  function occurs(column, place) {
    return column.some((mask) => (mask >>> place) & 1);
  }

  own.panel = { build, setTo, readFrom, count };
})();
