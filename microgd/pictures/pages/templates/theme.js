/* The button for dark or light; before it is used the page follows the reader's system. */
$("theme").onclick = () => {
  const root = document.documentElement, shown = root.style.colorScheme;
  const dark = shown ? shown === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.style.colorScheme = dark ? "light" : "dark";
};
