// Shows the page anew every few seconds. Without this it stays as it was when it was opened.
async function renew() {
  try {
    const answer = await fetch("/", { cache: "no-store" });
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.querySelector("main").replaceWith(page.querySelector("main"));
    document.querySelector("#fresh").textContent = "renewed every 5 seconds";
  } catch {
    document.querySelector("#fresh").textContent = "cannot be renewed: the server does not answer";
  }
  setTimeout(renew, 5000);
}
setTimeout(renew, 5000);
