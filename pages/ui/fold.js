// The line that stands for the filters on a phone; a click shows them, another folds them again.
export default function ({ data, parentElement }) {
  const button = parentElement.querySelector(".filters-fold");
  const root = document.documentElement;
  const show = () => {
    button.textContent = data.said;
    button.setAttribute("aria-expanded", String(root.dataset.filters === "open"));
  };
  button.onclick = () => {
    root.dataset.filters = root.dataset.filters === "open" ? "folded" : "open";
    show();
  };
  show();
}
