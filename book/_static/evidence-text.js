"use strict";
/* One post or comment on the page: its text with the coded spans in their colours, and its codes below it. */

(() => {
  const own = window.compendiumEvidence;
  const WHOLE = 0;
  const HIDDEN = 3;
  const MOST_STRIPES = 4;

  /* An element with attributes and children; a text becomes text and never markup. */
  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === true) made.setAttribute(key, "");
      else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  }

  /* A name from the data; marked with the language of the book's sources where it has none in the page's. */
  function named(setting, name) {
    const stays = setting.source && /[a-z]{2}/i.test(name) && !/[\u2e80-\u{3ffff}]/u.test(name);
    return element("span", { lang: stays ? setting.source : null }, name);
  }

  /* A label with its names in braces filled in. */
  function fill(label, values) {
    return label.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
  }

  /* A colour of the codebook if it is one: it comes from data and goes into a style. */
  function colourOf(setting, code) {
    for (let at = code; at >= 0; at = setting.codes[at].above) {
      if (/^#[0-9a-f]{3,8}$/i.test(setting.codes[at].colour)) return setting.codes[at].colour;
    }
    return `hsl(${(code * 137) % 360} 55% 50%)`;
  }

  /* A text cut at the ends of its spans: each piece with the codes on it and who gave them. */
  function pieces(text, spans) {
    const placed = spans.filter(([start, end]) => start >= 0 && end > start);
    const cuts = new Set([0, text.length]);
    for (const [start, end] of placed) cuts.add(Math.min(start, text.length)).add(Math.min(end, text.length));
    const places = [...cuts].sort((one, other) => one - other);
    const cut = places.slice(0, -1).map((start, at) => {
      const on = placed.filter((span) => span[0] <= start && span[1] >= places[at + 1]);
      return { text: text.slice(start, places[at + 1]), codes: codersByCode(on) };
    });
    return joined(cut);
  }

  /* Neighbouring pieces with the same codes as one: where two coders differ by a sign is of no account here. */
  function joined(cut) {
    const made = [];
    for (const piece of cut) {
      const last = made.at(-1);
      if (last && [...last.codes.keys()].join() === [...piece.codes.keys()].join()) {
        last.text += piece.text;
        for (const [code, coders] of piece.codes) last.codes.set(code, new Set([...last.codes.get(code), ...coders]));
      } else made.push(piece);
    }
    return made;
  }

  /* Each code with those who gave it, in the order of the codebook. */
  function codersByCode(spans) {
    const found = new Map();
    for (const [, , code, coder] of [...spans].sort((one, other) => one[2] - other[2])) {
      if (!found.has(code)) found.set(code, new Set());
      found.get(code).add(coder);
    }
    return found;
  }

  /* A piece of text: marked where it is coded, with a stripe for each code. */
  function pieceOf(setting, piece) {
    if (!piece.codes.size) return document.createTextNode(piece.text);
    const codes = [...piece.codes.keys()];
    const named = codes.map((code) => `${setting.codes[code].name} (${[...piece.codes.get(code)].join(", ")})`);
    const mark = element("mark", { tabindex: 0, "data-codes": codes.join(" "), "data-names": named.join("\n") }, piece.text);
    mark.style.setProperty("--ground", colourOf(setting, codes[0]));
    const shown = codes.slice(0, MOST_STRIPES);
    mark.style.backgroundImage = shown.map((code) => `linear-gradient(${colourOf(setting, code)} 0 0)`).join(",");
    mark.style.backgroundPosition = shown.map((_, at) => `0 calc(100% - ${at * 4}px)`).join(",");
    mark.style.paddingBottom = `${shown.length * 4}px`;
    return mark;
  }

  /* The codes of a text, each a link to its page, in the colour of its spans. */
  function codesOf(setting, labels, spans) {
    const list = element("ul", { class: "evidence-codes", "aria-label": labels.codes });
    for (const [code, coders] of codersByCode(spans)) {
      const { name, page } = setting.codes[code];
      const swatch = element("span", { class: "evidence-swatch", "aria-hidden": "true" });
      swatch.style.background = colourOf(setting, code);
      const shown = named(setting, name);
      const link = page ? element("a", { href: `${setting.pages}${page}.html` }, shown) : shown;
      const told = element("span", { class: "evidence-coders" }, [...coders].join(", "));
      list.append(element("li", { "data-code": code }, swatch, link, " ", told));
    }
    return list;
  }

  /* What is shown of a text, in its language where that is one side's. */
  function wordsOf(setting, labels, text, row) {
    const [, shown, told, , , spans] = text;
    if (told === HIDDEN) return element("p", { class: "evidence-withheld" }, labels.hidden);
    const language = setting.languages[row.language];
    const body = element("p", { class: "evidence-words", lang: language && language[1] && told !== 1 ? language[0] : null, dir: "auto" });
    if (told !== WHOLE) {
      body.append(shown);
      return body;
    }
    const titled = row.kind === "post" && !shown.startsWith("\n");
    if (titled) body.classList.add("evidence-titled");
    body.append(...pieces(shown, spans).map((piece) => pieceOf(setting, piece)));
    // A post without a title begins with an empty line, which belongs to the counting of its spans.
    if (body.firstChild && body.firstChild.nodeType === Node.TEXT_NODE) {
      body.firstChild.data = body.firstChild.data.replace(/^\n/, "");
    }
    return body;
  }

  /* The article of one row; `row` says what the index knows of it, `place` where it stands in the list. */
  function articleFor(setting, labels, row, text, place) {
    const id = text[0];
    const heading = element("h3", { id: `text-${place.number}` }, ...headingOf(setting, labels, row));
    const about = element("p", { class: "evidence-about" }, ...aboutOf(setting, labels, row, text));
    const made = element("article", {
      class: "evidence-text", tabindex: -1, "aria-labelledby": `text-${place.number}`,
      "aria-posinset": place.number, "aria-setsize": place.of, "data-id": id,
    }, heading, about, wordsOf(setting, labels, text, row));
    if (text[5].length) made.append(codesOf(setting, labels, text[5]));
    made.append(linksOf(labels, text, row));
    return made;
  }

  function headingOf(setting, labels, row) {
    return [labels[`kind_${row.kind}`], " · ", named(setting, setting.sides[row.side][1] || labels.side_unknown)];
  }

  /* When, how well liked, in which language, and how it is told. */
  function aboutOf(setting, labels, row, text) {
    const parts = [];
    const coarse = setting.corpus.coarse;
    if (row.day >= 0) {
      const day = new Date(row.day * 86400000);
      const shown = new Intl.DateTimeFormat(setting.locale, { timeZone: "UTC", dateStyle: "medium" }).format(day);
      const time = element("time", { datetime: day.toISOString().slice(0, 10) }, coarse ? fill(labels.week_of, { day: shown }) : shown);
      parts.push(time);
    }
    if (row.likes >= 0) {
      const count = row.likes.toLocaleString(setting.locale);
      parts.push(fill(coarse && row.likes ? labels.likes_or_more : labels.likes_count, { count }));
    }
    parts.push(named(setting, languageName(setting, labels, row.language)));
    if (text[2] === 1 || text[2] === 2) parts.push(text[2] === 1 ? labels.told_gist : labels.told_opening);
    return parts.flatMap((part, at) => (at ? [" · ", part] : [part]));
  }

  function languageName(setting, labels, place) {
    const [id, name] = setting.languages[place];
    return name || labels[`language_${id}`] || id;
  }

  /* Links to this text alone, to its thread, and to what it answers. */
  function linksOf(labels, text, row) {
    const [id, , , post, parent] = text;
    const to = (label, asked) => element("a", { href: own.write({ ...own.nothing(), in: "corpus", ...asked }) }, label);
    const links = [to(labels.link_row, { row: id })];
    if (row.thread >= 0) links.push(to(labels.link_thread, { thread: post || id }));
    if (parent) links.push(to(labels.link_parent, { row: parent }));
    return element("p", { class: "evidence-links" }, ...links.flatMap((link, at) => (at ? [" · ", link] : [link])));
  }

  Object.assign(own, { element, fill, named, colourOf, pieces, articleFor, languageName });
})();
