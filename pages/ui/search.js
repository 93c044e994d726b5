// Whoever opens the search types at once; the window that opens takes the focus first.
const AFTER = 120; // milliseconds

export default function ({ parentElement }) {
  const box = parentElement.closest("[data-testid=stElementContainer]");
  if (box) box.style.display = "none"; // no gap in the layout
  if (parentElement.dataset.met) return;
  parentElement.dataset.met = "yes";
  const body = parentElement.closest("[data-testid=stPopoverBody]");
  setTimeout(() => body?.querySelector("input")?.focus(), AFTER);
}
