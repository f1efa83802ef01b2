"use strict";
/* What is asked for, as the part of the address behind the hash sign: a link to it is a link to what is shown. */

(() => {
  const own = window.compendiumEvidence;
  const LISTS = ["code", "kind", "side", "language"];
  const TEXTS = ["in", "q", "from", "to", "likes", "sort", "thread", "row", "evidence"];
  const FLAGS = ["all", "coded"];

  /* Nothing asked for. */
  function nothing() {
    return {
      ...Object.fromEntries(LISTS.map((name) => [name, []])),
      ...Object.fromEntries(TEXTS.map((name) => [name, ""])),
      ...Object.fromEntries(FLAGS.map((name) => [name, false])),
    };
  }

  /* What an address asks for; unknown parts are passed over. */
  function read(hash) {
    const told = new URLSearchParams(hash.replace(/^#/, ""));
    const state = nothing();
    for (const name of LISTS) state[name] = (told.get(name) || "").split(",").filter(Boolean).map(decoded);
    for (const name of TEXTS) state[name] = told.get(name) || "";
    for (const name of FLAGS) state[name] = told.get(name) === "1";
    return state;
  }

  /* The address that asks for it; always in the same order, so that equal views have equal links. */
  function write(state) {
    const told = new URLSearchParams();
    for (const name of TEXTS) if (state[name]) told.set(name, state[name]);
    for (const name of LISTS) if (state[name].length) told.set(name, [...state[name]].sort().map(encodeURIComponent).join(","));
    for (const name of FLAGS) if (state[name]) told.set(name, "1");
    return `#${told.toString().replaceAll("%2C", ",")}`;
  }

  /* A part of a list as it was before it was put into an address; as it stands where it never was. */
  function decoded(part) {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  }

  /* How many filters are set. */
  function filtersIn(state) {
    const single = ["q", "from", "to", "likes", "thread", "row", "evidence"].filter((name) => state[name]).length;
    return single + Number(state.coded) + LISTS.reduce((sum, name) => sum + state[name].length, 0);
  }

  /* A day as a number of days since 1970; null where the text is no day. */
  function dayOf(text) {
    const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
    return Number.isNaN(time) ? null : time / 86400000;
  }

  /* A whole number; null where the text is none. */
  function numberOf(text) {
    return /^\d{1,15}$/.test(text) ? Number(text) : null;
  }

  Object.assign(own, { nothing, read, write, filtersIn, dayOf, numberOf });
})();
