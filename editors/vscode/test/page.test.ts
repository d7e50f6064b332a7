import assert from "node:assert/strict";
import { test } from "node:test";
import { picturePage, problemPage } from "../src/page";

test("the page of a picture runs nothing and loads nothing", () => {
  const page = picturePage("a", "<svg></svg>");
  assert.match(page, /default-src 'none'/);
  assert.doesNotMatch(page, /script-src|<script/);
  assert.match(page, /<div class="paper"><svg><\/svg><\/div>/);
});

test("what an error says is text, not page", () => {
  const page = problemPage("<b>", `expected "<" & found '>'`);
  assert.match(page, /&lt;b&gt; cannot be drawn/);
  assert.match(page, /expected &quot;&lt;&quot; &amp; found &#39;&gt;&#39;/);
});
