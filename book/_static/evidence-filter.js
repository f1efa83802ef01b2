"use strict";
/* Filtering: which rows fit, and how many would fit with each choice. Every row is looked at once. */

(() => {
  const own = window.compendiumEvidence;
  const MASKS = ["kind", "side", "language"];
  const CODES = 3;
  const REST = 4;

  /* The corpus as columns of numbers; several values of a row are the bits of one number. */
  function corpusOf(index, kinds, codes) {
    const bits = (values) => Uint32Array.from(values, (value) => 1 << value);
    return {
      count: index.count,
      kinds,
      kind: bits(index.kind),
      side: bits(index.side),
      language: bits(index.language),
      day: Int32Array.from(index.day),
      likes: Int32Array.from(index.likes),
      set: Uint32Array.from(index.set),
      sets: index.sets.map((set) => withAbove(set, codes)),
      own: index.sets,
      thread: threadsOf(index),
    };
  }

  /* The published evidence in the same form. */
  function articleOf(rows, kinds, codes) {
    const bits = (values) => values.reduce((mask, value) => mask | (1 << value), 0);
    const none = new Int32Array(rows.length).fill(-1);
    return {
      count: rows.length,
      kinds,
      kind: Uint32Array.from(rows, (row) => 1 << kinds.indexOf(row.kind)),
      side: Uint32Array.from(rows, (row) => bits(row.sides)),
      language: Uint32Array.from(rows, (row) => bits(row.languages)),
      day: none,
      likes: none,
      set: Uint32Array.from(rows.keys()),
      sets: rows.map((row) => withAbove(row.codes, codes)),
      own: rows.map((row) => row.codes),
      thread: none,
    };
  }

  /* Codes with the themes and patterns that they belong to. */
  function withAbove(set, codes) {
    const all = new Set();
    for (let code of set) for (; code >= 0; code = codes[code].above) all.add(code);
    return [...all];
  }

  /* The row of the post to which each row belongs; −1 where it is not there. */
  function threadsOf(index) {
    let post = -1;
    return Int32Array.from(index.kind, (kind, row) => {
      if (kind === 0) post = row;
      return index.orphan[row] ? -1 : post;
    });
  }

  /* Which sets of codes fit: those with any of the codes that are asked for, or with all of them. */
  function fitting(sets, asked, all, coded) {
    return Uint8Array.from(sets, (set) => {
      if (coded && !set.length) return 0;
      if (!asked.length) return 1;
      const holds = (code) => set.includes(code);
      return (all ? asked.every(holds) : asked.some(holds)) ? 1 : 0;
    });
  }

  /* Whether a row fits what is no list of choices: search, time, likes, thread, one row. */
  function restFits(data, wish, row) {
    if (wish.found && !wish.found[row]) return false;
    if (wish.from !== null && data.day[row] < wish.from) return false;
    if (wish.to !== null && (data.day[row] > wish.to || data.day[row] < 0)) return false;
    if (wish.likes !== null && data.likes[row] < wish.likes) return false;
    if (wish.thread !== null && data.thread[row] !== wish.thread) return false;
    return wish.row === null || row === wish.row;
  }

  /* The rows that fit, and for each value of each facet how many would, if it were chosen beside the other facets. */
  function filter(data, wish) {
    const sets = fitting(data.sets, wish.codes, wish.all, wish.coded);
    const rows = [];
    const counts = { kind: new Map(), side: new Map(), language: new Map() };
    const held = new Int32Array(data.sets.length);
    const could = new Int32Array(data.sets.length);
    for (let row = 0; row < data.count; row += 1) {
      const failed = failedFacet(data, wish, sets, row);
      if (failed === -1) {
        rows.push(row);
        held[data.set[row]] += 1;
      }
      if (failed === -1 || (failed === CODES && !wish.all)) could[data.set[row]] += 1;
      for (let facet = 0; facet < MASKS.length; facet += 1) {
        if (failed === -1 || failed === facet) add(counts[MASKS[facet]], data[MASKS[facet]][row], 1);
      }
    }
    return { rows, counts: spreadBits(counts), codes: byCode(data.sets, could), held };
  }

  /* The one facet by which a row does not fit; −1 where it fits, −2 where it fails by several. */
  function failedFacet(data, wish, sets, row) {
    let failed = -1;
    for (let facet = 0; facet <= REST; facet += 1) {
      const fits =
        facet < CODES
          ? !wish[MASKS[facet]] || (wish[MASKS[facet]] & data[MASKS[facet]][row]) !== 0
          : facet === CODES
            ? sets[data.set[row]] === 1
            : restFits(data, wish, row);
      if (fits) continue;
      if (failed !== -1) return -2;
      failed = facet;
    }
    return failed;
  }

  /* Counts of combinations of values as counts of single values. */
  function spreadBits(counts) {
    return Object.fromEntries(
      Object.entries(counts).map(([facet, combined]) => {
        const single = new Map();
        for (const [mask, count] of combined) {
          for (let bit = 0; mask >>> bit; bit += 1) if ((mask >>> bit) & 1) add(single, bit, count);
        }
        return [facet, single];
      }),
    );
  }

  /* How many rows hold each code. */
  function byCode(sets, rows) {
    const counts = new Map();
    sets.forEach((set, number) => {
      if (rows[number]) for (const code of set) add(counts, code, rows[number]);
    });
    return counts;
  }

  /* The pairs of codes that stand most often on the same text, among the rows that fit. */
  function pairs(data, held, most) {
    const counts = new Map();
    data.own.forEach((set, number) => {
      if (!held[number]) return;
      const codes = [...set].sort((one, other) => one - other);
      codes.forEach((one, at) => codes.slice(at + 1).forEach((other) => add(counts, one * 65536 + other, held[number])));
    });
    return [...counts]
      .sort((one, other) => other[1] - one[1] || one[0] - other[0])
      .slice(0, most)
      .map(([pair, count]) => [Math.floor(pair / 65536), pair % 65536, count]);
  }

  function add(counts, key, number) {
    counts.set(key, (counts.get(key) || 0) + number);
  }

  /* Rows in another order than that of their threads. */
  function sorted(data, rows, order) {
    const by = { newest: [data.day, -1], oldest: [data.day, 1], likes: [data.likes, -1] }[order];
    if (!by) return rows;
    const [column, direction] = by;
    // What is not known comes last in either direction.
    const key = (row) => (column[row] < 0 ? Infinity : direction * column[row]);
    return [...rows].sort((one, other) => (key(one) === key(other) ? one - other : key(one) - key(other)));
  }

  Object.assign(own, { corpusOf, articleOf, filter, pairs, sorted });
})();
