// Copies a citation, and says that it did. The buttons show themselves only where this script runs.
"use strict";

{
  const copy = async (button) => {
    const text = button.parentElement.querySelector(`.${button.dataset.copy}`).textContent;
    const status = button.closest(".cite").querySelector("[role=status]");
    try {
      await navigator.clipboard.writeText(text);
      status.textContent = status.dataset.copied;
    } catch {
      status.textContent = status.dataset.notCopied;
    }
  };

  for (const button of document.querySelectorAll(".cite button")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
}
