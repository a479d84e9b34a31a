// Sets light or dark before the first paint, so that a dark page never flashes white. A file of its own, because
// the Content-Security-Policy allows no inline script. The key is the one Mantine keeps the choice under.
(function () {
  var choice = null;
  try {
    choice = localStorage.getItem("mantine-color-scheme-value");
  } catch (refused) {
    choice = null; // storage may be switched off; then the system's choice holds
  }
  var dark = choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
