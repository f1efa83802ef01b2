// The way to a page in another language keeps the reader's place on it, and the state that a page keeps in its address.
"use strict";

{
  const ways = () => document.querySelectorAll(".language-switch a");

  // Where the twin is, without the place on it.
  const bare = (way) => way.getAttribute("href").split("#")[0];

  const keepPlace = () => {
    for (const way of ways()) {
      way.setAttribute("href", bare(way) + window.location.hash);
    }
  };

  window.addEventListener("hashchange", keepPlace);
  // Scripts that keep their state by history.replaceState tell nobody of it.
  document.addEventListener("pointerdown", keepPlace);
  document.addEventListener("focusin", keepPlace);
  keepPlace();
}
