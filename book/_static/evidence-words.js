"use strict";
/* Finding words: what is searched for is cut as src/analysis/browse_search.py cut the texts. */

(() => {
  const own = window.compendiumEvidence;
  const SIGNS = "\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u3040-\\u30ff\\u3400-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}";
  const RUN = new RegExp(`[${SIGNS}]+|(?:(?![${SIGNS}])[\\p{L}\\p{N}])+`, "gu");
  const IS_SIGN = new RegExp(`^[${SIGNS}]`, "u");

  /* A text without capitals, accents and full-width forms. */
  function folded(text) {
    return text.normalize("NFKC").toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").normalize("NFC");
  }

  /* The words of a text; a run of signs as its pairs, and as its last sign where that begins no pair. */
  function tokens(text, whole = true) {
    return (folded(text).match(RUN) || []).flatMap((run) => {
      const signs = [...run];
      if (!IS_SIGN.test(run)) return [run];
      // What is searched for may go on after its last sign; only a sign by itself is looked for as such.
      const last = whole || signs.length === 1 ? signs.length : signs.length - 1;
      return signs.slice(0, last).map((sign, at) => sign + (signs[at + 1] || ""));
    });
  }

  /* In which part a key is. */
  function partOf(key, parts) {
    let number = 0;
    for (const sign of key) number = (Math.imul(number, 31) + sign.codePointAt(0)) >>> 0;
    return number % parts;
  }

  /* What decides in which part a token is. */
  function keyOf(token) {
    const signs = [...token];
    return IS_SIGN.test(token) ? signs[0] : signs.slice(0, 2).join("");
  }

  /* Whether a word that is there answers a word that is sought: words are found by their beginning. */
  function answers(there, sought) {
    return [...sought].length > 1 || IS_SIGN.test(sought) ? there.startsWith(sought) : there === sought;
  }

  /* The rows of an index in which every word that is sought occurs, as a mark for each row; null where nothing is. */
  async function search(index, query) {
    const sought = [...new Set(tokens(query, false))];
    if (!sought.length) return null;
    const names = sought.map((token) => `words-${partOf(keyOf(token), index.wordsParts)}`);
    const parts = await Promise.all(names.map(own.load));
    const seen = new Uint8Array(index.count);
    sought.forEach((token, number) => {
      for (const there of Object.keys(parts[number])) {
        if (answers(there, token)) markRows(seen, parts[number][there], number);
      }
    });
    return seen.map((count) => (count === sought.length ? 1 : 0));
  }

  /* Mark the rows that hold the word of this number, if they hold those before it. */
  function markRows(seen, distances, number) {
    let row = 0;
    for (const distance of distances) {
      row += distance;
      if (seen[row] === number) seen[row] = number + 1;
    }
  }

  /* The same for a few texts that are in the page. */
  function searchTexts(texts, query) {
    const sought = tokens(query, false);
    if (!sought.length) return null;
    return Uint8Array.from(texts, (text) => {
      const there = tokens(text);
      return sought.every((word) => there.some((token) => answers(token, word))) ? 1 : 0;
    });
  }

  /* In which row an identifier is; −1 where there is none. */
  async function rowOf(index, id) {
    const part = await own.load(`ids-${partOf(id, index.idsParts)}`);
    return Object.hasOwn(part, id) ? part[id] : -1;
  }

  Object.assign(own, { tokens, search, searchTexts, rowOf });
})();
