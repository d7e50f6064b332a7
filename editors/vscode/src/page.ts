// The page around the picture of a journey. Knows nothing of VS Code.

/** Nothing is loaded and no script runs: the picture has its styles in it. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** A page with a picture, as `journeyc graph --format svg` writes it. */
export function picturePage(title: string, svg: string): string {
  return page(title, `<div class="paper">${svg}</div>`);
}

/** A page that says why there is no picture. */
export function problemPage(title: string, problem: string): string {
  return page(title, `<h2>${escaped(title)} cannot be drawn</h2>${said(problem)}`);
}

/** A sentence is broken where it has to be, a picture of an error is not. */
function said(problem: string): string {
  const tag = problem.trim().includes("\n") ? "pre" : "p";
  return `<${tag}>${escaped(problem)}</${tag}>`;
}

function page(title: string, body: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${escaped(title)}</title>
<style>
  body { padding: 16px; }
  .paper { width: fit-content; max-width: 100%; box-sizing: border-box; padding: 8px; border-radius: 6px; background: #fff; }
  .paper svg { display: block; min-width: 240px; max-width: 100%; height: auto; }
  pre { overflow-x: auto; line-height: 1.3; font-family: var(--vscode-editor-font-family); }
</style>
</head>
<body>${body}</body>
</html>`;
}

/** Text as it stands in a page. */
export function escaped(text: string): string {
  const names: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (letter) => names[letter] ?? letter);
}
