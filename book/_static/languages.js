// The way to a page in another language keeps the reader's place on it, and the state that a page keeps in its address.
"use strict";

{
  // In the address, since a page that is opened from disk may keep nothing elsewhere: the heading's number, and how far it is read.
  const PLACE = "at";
  const PARTS = 1000;
  const HEADINGS = ".bd-article section > :is(h1, h2, h3, h4, h5, h6)";

  const ways = () => document.querySelectorAll(".language-switch a");

  // Where the twin is, without the place on it.
  const bare = (way) => way.getAttribute("href").split(/[?#]/)[0];

  // The first line below what sticks to the top of the window.
  const firstLine = () => window.scrollY + (document.querySelector(".bd-header-article")?.offsetHeight ?? 0);

  // Where the parts of the page begin, heading by heading, and where the last one ends.
  const beginnings = () => {
    const article = document.querySelector(".bd-article");
    const shown = [...document.querySelectorAll(HEADINGS)].filter((heading) => heading.getClientRects().length);
    const tops = shown.map((heading) => heading.getBoundingClientRect().top);
    return article ? [...tops, article.getBoundingClientRect().bottom].map((top) => top + window.scrollY) : [];
  };

  // The part that is being read and how far: headings have the same order in every language, but neither names nor places.
  const placeHere = () => {
    const tops = beginnings();
    const line = firstLine();
    const part = Math.min(tops.filter((top) => top <= line).length - 1, tops.length - 2);
    if (window.scrollY < 1 || part < 0) {
      return "";
    }
    const read = (line - tops[part]) / (tops[part + 1] - tops[part]);
    return `${part}.${Math.min(Math.floor(read * PARTS), PARTS - 1)}`;
  };

  const isInSight = (element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return bottom > 0 && top < window.innerHeight;
  };

  // What an address names on this page; a state of the page is no name.
  const namedBy = (hash) => {
    try {
      return hash.includes("=") ? null : document.getElementById(decodeURIComponent(hash.slice(1)));
    } catch {
      return null;
    }
  };

  // What the address names goes along, unless it is a heading, which is called otherwise there, or has been left behind.
  const goesAlong = (hash) => {
    const named = namedBy(hash);
    return hash.length > 1 && !(named && (named.matches("section") || !isInSight(named)));
  };

  const keepPlace = () => {
    const { hash, search } = window.location;
    const asked = new URLSearchParams(search);
    const place = goesAlong(hash) ? "" : placeHere();
    if (place) {
      asked.set(PLACE, place);
    }
    const told = asked.size ? `?${asked}` : "";
    for (const way of ways()) {
      way.setAttribute("href", bare(way) + told + (place ? "" : hash));
    }
  };

  // Bring a reader who has switched to the place that was left.
  const goTo = (place) => {
    const [part, read] = place.split(".").map(Number);
    const tops = beginnings();
    if (!(part >= 0 && part + 1 < tops.length && read >= 0 && read < PARTS)) {
      return;
    }
    const line = tops[part] + ((tops[part + 1] - tops[part]) * read) / PARTS;
    window.scrollBy({ top: line - firstLine(), behavior: "instant" });
  };

  const arrive = () => {
    const address = new URL(window.location.href);
    const place = address.searchParams.get(PLACE);
    if (place === null) {
      return;
    }
    address.searchParams.delete(PLACE);
    window.history.replaceState(window.history.state, "", address);
    if (address.hash.length > 1) {
      return;
    }
    goTo(place);
    // What other scripts add above would push the place away; a reader who has moved on stays there.
    const arrived = window.scrollY;
    window.addEventListener("load", () => window.scrollY === arrived && goTo(place), { once: true });
  };

  window.addEventListener("hashchange", keepPlace);
  // Scripts that keep their state by history.replaceState tell nobody of it; nor does scrolling.
  for (const kind of ["pointerdown", "focusin", "click"]) {
    document.querySelector(".language-switch")?.addEventListener(kind, keepPlace);
  }
  arrive();
  keepPlace();
}
