// Opens the ledger's row at the mark of a claim: on hover, on focus, on tap. Without it a mark is a link to the ledger.
"use strict";
{
  const WAIT_TO_OPEN = 120;
  const WAIT_TO_CLOSE = 300;
  const GAP = 6;
  const labels = JSON.parse(document.getElementById("claims-labels").textContent);
  const isNarrow = window.matchMedia("(max-width: 40rem)");
  let open = null;
  let waiting = 0;

  /** The box with the rows of a mark's claims, copied from the page's templates. */
  function makeBox(mark) {
    const box = document.createElement("div");
    box.className = "claim-box";
    box.popover = "manual";
    box.id = `box-${mark.querySelector("span").id}`;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", labels.title);
    const close = document.createElement("button");
    close.type = "button";
    close.className = "claim-close";
    close.setAttribute("aria-label", labels.close);
    close.textContent = "×";
    close.addEventListener("click", () => { mark.focus({ preventScroll: true }); hide(); });
    box.append(close);
    for (const claim of mark.dataset.claims.split(" ")) {
      box.append(document.getElementById(`told-${claim}`).content.cloneNode(true));
    }
    return box;
  }

  /** Put the box below the mark's line, or above its paragraph where there is no room; a narrow screen has a sheet at its foot. */
  function place(mark, box) {
    box.classList.toggle("claim-sheet", isNarrow.matches);
    if (isNarrow.matches) {
      box.style.left = box.style.top = "";
      const covered = mark.getBoundingClientRect().bottom - box.getBoundingClientRect().top + GAP;
      if (covered > 0) window.scrollBy({ top: covered, behavior: "instant" });
      return;
    }
    const at = mark.getBoundingClientRect();
    const size = box.getBoundingClientRect();
    const page = document.documentElement;
    const left = Math.min(Math.max(GAP, at.left - size.width / 3), page.clientWidth - size.width - GAP);
    const below = at.bottom + GAP;
    const above = mark.parentElement.closest(":not(.kept-together)").getBoundingClientRect().top - size.height - GAP;
    const fits = below + size.height <= page.clientHeight;
    box.style.left = `${left}px`;
    box.style.top = `${fits || above < GAP ? Math.min(below, page.clientHeight - size.height - GAP) : above}px`;
  }

  /** Show the rows of a mark; a held box stays when the pointer leaves it. */
  function show(mark, held) {
    window.clearTimeout(waiting);
    if (open && open.mark === mark) {
      open.held ||= held;
      return;
    }
    hide();
    const box = makeBox(mark);
    mark.after(box);
    open = { mark, box, held };
    mark.setAttribute("aria-expanded", "true");
    mark.setAttribute("aria-controls", box.id);
    box.showPopover();
    place(mark, box);
  }

  /** Take the open box away. */
  function hide() {
    window.clearTimeout(waiting);
    if (!open) return;
    const { mark, box } = open;
    open = null;
    mark.setAttribute("aria-expanded", "false");
    mark.removeAttribute("aria-controls");
    box.remove();
  }

  /** Close a box that nobody holds, unless the pointer comes back to it in time. */
  function hideSoon() {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => { if (open && !open.held) hide(); }, WAIT_TO_CLOSE);
  }

  /** The mark or the open box that holds an element. */
  const markOf = (element) => element instanceof Element ? element.closest(".claim-mark") : null;
  const isInside = (element) => Boolean(open && element instanceof Node && (open.box.contains(element) || open.mark.contains(element)));

  /** Begin: marks say that they open something, and everything else is heard on the page as a whole. */
  function start() {
    for (const mark of document.querySelectorAll(".claim-mark")) mark.setAttribute("aria-expanded", "false");
    document.addEventListener("pointerover", (event) => {
      if (event.pointerType !== "mouse") return;
      const mark = markOf(event.target);
      if (isInside(event.target)) window.clearTimeout(waiting);
      else if (mark) {
        window.clearTimeout(waiting);
        if (!open || !open.held) waiting = window.setTimeout(() => show(mark, false), WAIT_TO_OPEN);
      } else if (open || waiting) hideSoon();
    });
    document.addEventListener("focusin", (event) => {
      const mark = markOf(event.target);
      if (mark && mark.matches(":focus-visible")) show(mark, true);
      else if (open && open.held && !isInside(event.target)) hide();
    });
    document.addEventListener("click", (event) => {
      const mark = markOf(event.target);
      const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
      if (mark && isPlain) {
        event.preventDefault();
        show(mark, true);
      } else if (!isInside(event.target)) hide();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !open) return;
      if (open.box.contains(document.activeElement)) open.mark.focus({ preventScroll: true });
      hide();
    });
    window.addEventListener("scroll", () => { if (open && !isNarrow.matches) place(open.mark, open.box); }, { passive: true });
    window.addEventListener("resize", hide);
  }

  if ("popover" in HTMLElement.prototype) start();
}
