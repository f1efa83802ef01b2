// Finds pages by words, and by runs of scripts without spaces; without a server as well.
// `splitQuery`, `runsOf`, `Stemmer` and `stopwords` are in language_data.js, the index in searchindex.js.
"use strict";

const Search = (() => {
  const AT_A_TIME = 20;
  const BEFORE = 90;
  const AROUND = 260;
  const labels = JSON.parse(document.getElementById("search-labels").textContent);
  const root = document.documentElement.dataset.content_root;
  const query = (new URLSearchParams(window.location.search).get("q") || "").trim();
  // A title that has the very words is worth more than one with others of their stem.
  const SAID_SO = 10;
  // What tells the argument comes before what lists it once more, before notebooks and before single codes.
  const LESS = {
    "book/codes/": 12, "results/": 6, "book/codebook": 3, "book/evidence": 3, "book/ledger": 3, "book/map": 3,
  };
  // What waits for the text of a page, by the page's name.
  const waiting = new Map();
  let index = null;

  const pagesIn = (entry) => (entry === undefined ? [] : [].concat(entry));
  const own = (table, term) => (Object.hasOwn(table, term) ? table[term] : undefined);

  // The terms of the index that a word of the query stands for, with what each is worth.
  const meant = (table, term, worth) => {
    if (own(table, term) !== undefined || [...term].length < 3) {
      return [[own(table, term), worth]];
    }
    const longer = Object.keys(table).filter((other) => other.includes(term));
    return longer.map((other) => [table[other], worth / 3]);
  };

  // Every page that has a term, with the most that it is worth there.
  const pagesWith = (term) => {
    const found = new Map();
    for (const [entry, worth] of [...meant(index.titleterms, term, 15), ...meant(index.terms, term, 5)]) {
      for (const page of pagesIn(entry)) {
        found.set(page, Math.max(found.get(page) || 0, worth));
      }
    }
    return found;
  };

  // What is looked for: stems and pairs of characters, without the words that stand in every text.
  const termsOf = (text) => {
    const stemmer = new Stemmer();
    const all = [...new Set(splitQuery(text.toLowerCase()))];
    const telling = all.filter((word) => !stopwords.includes(word));
    return telling.map((word) => stemmer.stemWord(word));
  };

  // The pages that have every term, best first; the order of the book decides between equals.
  const find = (text) => {
    const each = termsOf(text).map(pagesWith);
    const [first, ...others] = each;
    const both = first ? [...first.keys()].filter((page) => others.every((found) => found.has(page))) : [];
    const said = (page) => (index.titles[page].toLowerCase().includes(text.toLowerCase()) ? SAID_SO : 0);
    const less = (page) => LESS[Object.keys(LESS).find((place) => index.docnames[page].startsWith(place))] || 0;
    const worth = (page) => each.reduce((sum, found) => sum + found.get(page), said(page) - less(page));
    return both.sort((one, other) => worth(other) - worth(one) || one - other);
  };

  // The first section of a page whose title has what is looked for: its address on the page and its title.
  const sectionOf = (page) => {
    for (const [title, places] of Object.entries(index.alltitles)) {
      const place = places.find(([at, id]) => at === page && id);
      if (place && title.toLowerCase().includes(query.toLowerCase())) {
        return [`#${place[1]}`, title];
      }
    }
    return ["", ""];
  };

  // The words as they were typed; a run without spaces stays whole.
  const typed = () => runsOf(query.toLowerCase()).map(([run]) => run).filter((run) => !stopwords.includes(run));

  // Put text into an element with every place marked at which one of the words stands.
  const mark = (element, text, words) => {
    const lower = text.toLowerCase();
    let from = 0;
    while (from < text.length) {
      const places = words.map((word) => [lower.indexOf(word, from), word.length]).filter(([at]) => at >= 0);
      if (!places.length || lower.length !== text.length) {
        break;
      }
      const [at, length] = places.sort((one, other) => one[0] - other[0] || other[1] - one[1])[0];
      const marked = document.createElement("mark");
      marked.textContent = text.slice(at, at + length);
      element.append(text.slice(from, at), marked);
      from = at + length;
    }
    element.append(text.slice(from));
  };

  // The words as a text has them: as they were typed, or only their stems.
  const wordsIn = (lower) =>
    typed().map((word) => (lower.includes(word) ? word : termsOf(word)[0])).filter(Boolean);

  // The words around the first place at which something was found; the link beside them will mark the same words.
  const showAround = (element, text) => {
    const lower = text.toLowerCase();
    const stems = wordsIn(lower);
    element.dataset.words = stems.join(" ");
    const places = stems.map((word) => lower.indexOf(word)).filter((at) => at >= 0);
    const start = Math.max(0, Math.min(...(places.length ? places : [0])) - BEFORE);
    const cut = text.slice(start, start + AROUND);
    mark(element, `${start ? "… " : ""}${cut}${start + AROUND < text.length ? " …" : ""}`, stems);
  };

  // One page of the result; its text comes in a script, because no page on disk may read another.
  const show = (page) => {
    const [anchor, title] = sectionOf(page);
    const item = document.createElement("li");
    const link = document.createElement("a");
    const around = document.createElement("p");
    // Titles in the index are markup already.
    link.textContent = new DOMParser().parseFromString(index.titles[page], "text/html").body.textContent;
    link.href = `${root}${index.docnames[page]}.html${anchor}`;
    link.addEventListener("click", () => {
      try {
        localStorage.setItem("sphinx_highlight_terms", around.dataset.words || typed().join(" "));
      } catch {
        // A reader may forbid that anything is kept; then nothing is marked on the page.
      }
    });
    item.append(link, title ? ` ${labels.section.replace("{title}", title)}` : "", around);
    document.querySelector(".found").append(item);
    waiting.set(index.docnames[page], around);
    document.head.append(Object.assign(document.createElement("script"), {
      src: `${root}searchtexts/${index.docnames[page]}.js`,
    }));
  };

  const showFrom = (pages, from) => {
    const more = document.getElementById("more-found");
    pages.slice(from, from + AT_A_TIME).forEach(show);
    more.hidden = from + AT_A_TIME >= pages.length;
    more.textContent = labels.more;
    more.onclick = () => {
      showFrom(pages, from + AT_A_TIME);
      document.querySelectorAll(".found a")[from + AT_A_TIME].focus();
    };
  };

  const tell = (text) => {
    document.querySelector(".search-told").textContent = text;
  };

  const begin = () => {
    const field = document.querySelector(".bd-search-container input[name=q]");
    document.querySelectorAll("input[name=q]").forEach((input) => {
      input.value = query;
    });
    if (query) {
      tell(labels.searching);
    } else {
      field.focus();
    }
  };

  begin();
  return {
    // Called by the index when it is loaded.
    setIndex: (loaded) => {
      index = loaded;
      if (query) {
        const pages = find(query);
        tell(pages.length ? labels.found.replace("{count}", pages.length) : labels.nothing);
        showFrom(pages, 0);
      }
    },
    // Called by the script that holds the text of a page.
    setText: (page, text) => showAround(waiting.get(page), text),
  };
})();
