// Light, dark or as the system: Streamlit keeps the choice with each address and reads it once.
const NEXT = { System: "Light", Light: "Dark", Dark: "System" };
const SIGN = { System: "◐", Light: "☀", Dark: "☾" };
const OURS = "renewal-theme";
const key = () => `stActiveTheme-${window.location.pathname}-v2`;

function chosen() {
  const name = window.localStorage.getItem(OURS);
  return name in NEXT ? name : "System";
}

/** What Streamlit has for this address; a page met for the first time is given the choice. */
function settle() {
  const wanted = chosen();
  const kept = JSON.parse(window.localStorage.getItem(key()) ?? '"System"');
  if (kept === wanted) return false;
  window.localStorage.setItem(key(), JSON.stringify(wanted));
  return true;
}

/** The tokens of the look that is shown, for whatever stands outside Streamlit's own parts. */
function colour(parent, tokens) {
  const ground = getComputedStyle(parent).getPropertyValue("--st-background-color").trim();
  const look = ground === tokens.dark.ground ? "dark" : "light";
  for (const [name, value] of Object.entries(tokens[look])) {
    document.documentElement.style.setProperty(`--${name.replaceAll("_", "-")}`, value);
  }
}

export default function ({ data, parentElement }) {
  colour(parentElement, data.tokens);
  const button = parentElement.querySelector(".theme-switch");
  const now = chosen();
  button.textContent = SIGN[now];
  button.title = data.words[now];
  button.setAttribute("aria-label", data.words[now]);
  button.onclick = () => {
    window.localStorage.setItem(OURS, NEXT[now]);
    settle();
    window.location.reload();
  };
  if (document.documentElement.dataset.theme !== now) {
    document.documentElement.dataset.theme = now;
    if (settle()) window.location.reload();
  }
}
