/**
 * How the rating page looks: one column, system letters, large targets, light and dark.
 *
 * @module
 */

export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf7; --ink: #1d1c19; --soft: #5d5a52; --line: #d8d4c8; --card: #fff; --accent: #1f5f8b; --on-accent: #fff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #181715; --ink: #eceae4; --soft: #aaa69b; --line: #3a3832; --card: #22211e; --accent: #7fb8de; --on-accent: #10202b;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 44rem; padding: 0 1rem 6.5rem; background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere;
}
header { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; padding-top: 1rem; }
h1 { font-size: 1rem; margin: 0; }
h2 { font-size: .8125rem; letter-spacing: .04em; color: var(--soft); margin: 1.25rem 0 .35rem; font-weight: 600; }
#place { margin: 0; color: var(--soft); font-variant-numeric: tabular-nums; white-space: nowrap; }
progress { width: 100%; height: .375rem; appearance: none; border: 0; border-radius: 1rem; background: var(--line); }
progress::-webkit-progress-bar { background: var(--line); border-radius: 1rem; }
progress::-webkit-progress-value { background: var(--accent); border-radius: 1rem; }
progress::-moz-progress-bar { background: var(--accent); border-radius: 1rem; }
main:focus { outline: none; }
.text { white-space: pre-wrap; background: var(--card); border: 1px solid var(--line); border-radius: .625rem; padding: .75rem 1rem; margin: 0; }
.empty { color: var(--soft); font-style: italic; }
fieldset { border: 0; margin: 1.25rem 0 0; padding: 0; }
legend { font-weight: 600; padding: 0; margin-bottom: .4rem; }
.scores { display: grid; grid-template-columns: repeat(5, 1fr); gap: .5rem; }
.scores label {
  display: grid; place-items: center; min-height: 3rem; border: 1px solid var(--line); border-radius: .625rem; background: var(--card);
  cursor: pointer; font-weight: 600; position: relative;
}
.scores input { position: absolute; opacity: 0; inset: 0; width: 100%; height: 100%; margin: 0; cursor: pointer; }
.scores label:has(:checked) { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.scores label:has(:focus-visible), button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.ends { display: flex; justify-content: space-between; gap: 1rem; color: var(--soft); font-size: .875rem; margin: .3rem 0 0; }
footer {
  position: fixed; inset: auto 0 0; background: var(--paper); border-top: 1px solid var(--line);
  padding: .75rem max(1rem, calc((100vw - 42rem) / 2)) calc(.75rem + env(safe-area-inset-bottom)); display: flex; gap: .75rem;
}
footer:empty { display: none; }
button {
  flex: 1; font: inherit; font-weight: 600; min-height: 3rem; padding: 0 .75rem; border-radius: .625rem; border: 1px solid var(--line);
  background: var(--card); color: inherit; cursor: pointer;
}
button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
button:disabled { opacity: .45; cursor: default; }
.choice { display: grid; gap: .75rem; margin-top: 1rem; }
.warning { border-left: 4px solid var(--accent); padding-left: .75rem; }
kbd { border: 1px solid var(--line); border-radius: .25rem; padding: 0 .3rem; font-size: .875em; }
.keys { margin-top: 1.5rem; display: block; }
@media (hover: none) { .keys { display: none; } }
`;
