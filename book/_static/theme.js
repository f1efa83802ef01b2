// What every page does beyond the theme: boxes that scroll can be reached by keyboard, folds open for paper.
"use strict";

{
  const SCROLLS = ".result-drawing, .bd-article table.table, .bd-article pre";

  // What scrolls sideways only on narrow screens is a stop for the keyboard only there.
  const reach = (box) => {
    if (box.scrollWidth > box.clientWidth + 1) {
      box.tabIndex = 0;
    } else if (box.tabIndex === 0 && !box.dataset.marks) {
      box.removeAttribute("tabindex");
    }
  };

  // Every fold that is no fold of code or of a figure's numbers; those that were closed are closed again afterwards.
  const opened = new Set();
  const openForPaper = () => {
    for (const fold of document.querySelectorAll("main details:not([open], .hide:not(.console-output), .figure-numbers)")) {
      opened.add(fold);
      fold.open = true;
    }
  };
  const closeAgain = () => {
    for (const fold of opened) {
      fold.open = false;
    }
    opened.clear();
  };

  const watch = new ResizeObserver((seen) => seen.forEach((entry) => reach(entry.target)));
  for (const box of document.querySelectorAll(SCROLLS)) {
    reach(box);
    watch.observe(box);
  }
  window.addEventListener("beforeprint", openForPaper);
  window.addEventListener("afterprint", closeAgain);
}
