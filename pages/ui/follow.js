// Hidden: tells its fragment that a chart was redrawn and has come to rest, so what stands beside
// it can catch up.
const REST = 120; // ms without another drawing

export default function ({ data, setTriggerValue }) {
  let timer;
  const page = location.pathname; // on the way to another page there is nobody left to catch up
  const drawn = (event) => {
    if (event.detail !== data.chart) return;
    clearTimeout(timer);
    timer = setTimeout(() => location.pathname === page && setTriggerValue("drawn", true), REST);
  };
  document.addEventListener("figure-drawn", drawn);
  return () => {
    document.removeEventListener("figure-drawn", drawn);
    clearTimeout(timer);
  };
}
