// Whoever opens the search types at once.
export default function ({ parentElement }) {
  if (parentElement.dataset.met) return;
  parentElement.dataset.met = "yes";
  parentElement.closest("[data-testid=stPopoverBody]")?.querySelector("input")?.focus();
}
