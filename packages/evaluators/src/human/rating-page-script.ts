/**
 * What the rating page does. Plain JavaScript in a text: the page has to be whole in one file.
 *
 * @module
 */

export const PAGE_SCRIPT = `
const data = JSON.parse(document.getElementById('data').textContent);
const main = document.getElementById('main');
const footer = document.getElementById('footer');
const storeName = (rater) => 'austeer-ratings/' + data.id + '/' + rater;
let state = null; // { rater, order, at, scores: { code: { scale: 1..5 } } }
let kept = true;

// Texts go in as text and never as markup: models wrote them.
const element = (name, properties = {}, ...children) => {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
};
const button = (text, onclick, properties = {}) => element('button', { type: 'button', textContent: text, onclick, ...properties });
const scoresOf = (code) => state.scores[code] ?? {};
const isRated = (code) => data.scales.every(({ name }) => scoresOf(code)[name] !== undefined);
const ratedCount = () => data.rows.filter(({ code }) => isRated(code)).length;

function load(rater) {
  try {
    return JSON.parse(localStorage.getItem(storeName(rater)));
  } catch {
    return null;
  }
}
function save() {
  try {
    localStorage.setItem(storeName(state.rater), JSON.stringify({ at: state.at, scores: state.scores }));
    kept = true;
  } catch {
    kept = false;
  }
}
function toCsv() {
  const rows = state.order.map((place) => data.rows[place].code);
  const cells = rows.map((code) => [state.rater, code, ...data.scales.map(({ name }) => String(scoresOf(code)[name] ?? ''))]);
  return formatCsv([['rater', 'code', ...data.scales.map(({ name }) => name)], ...cells]);
}
function download() {
  const url = URL.createObjectURL(new Blob([toCsv()], { type: 'text/csv' }));
  const link = element('a', { href: url, download: 'ratings-' + state.rater + '.csv' });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}

function choose(rater) {
  const { order } = data.orders.find((entry) => entry.rater === rater);
  const earlier = load(rater);
  state = { rater, order, at: earlier?.at ?? 0, scores: earlier?.scores ?? {} };
  save();
  history.replaceState(null, '', '#rater=' + encodeURIComponent(rater));
  show();
}
function go(at) {
  state.at = Math.max(0, Math.min(state.order.length, at));
  save();
  show();
  scrollTo(0, 0);
  main.focus();
}
function rate(code, scale, value) {
  state.scores[code] = { ...scoresOf(code), [scale]: value };
  save();
  showPlace();
  showFooter();
}

function showPlace() {
  const progress = document.getElementById('progress');
  progress.max = data.rows.length;
  progress.value = state === null ? 0 : ratedCount();
  document.getElementById('place').textContent =
    state === null ? '' : 'rater ' + state.rater + ' · ' + ratedCount() + ' of ' + data.rows.length + ' rated';
}
function showFooter() {
  const last = state.order.length;
  const row = data.rows[state.order[state.at]];
  footer.replaceChildren(
    button('Back', () => go(state.at - 1), { disabled: state.at === 0 }),
    row === undefined
      ? button('Save as CSV', download, { className: 'main' })
      : button(isRated(row.code) ? 'Next' : 'Skip', () => go(state.at + 1), { className: isRated(row.code) ? 'main' : '' }),
  );
  if (row !== undefined && state.at < last) footer.append(button('Finish', () => go(last)));
}
function scaleField(row, { name, question, low, high }) {
  const scores = [1, 2, 3, 4, 5].map((value) =>
    element('label', {}, element('input', {
      type: 'radio', name, value: String(value), checked: scoresOf(row.code)[name] === value,
      onchange: () => rate(row.code, name, value),
      ariaLabel: value + ' of 5' + (value === 1 ? ', ' + low : value === 5 ? ', ' + high : ''),
    }), String(value)));
  const field = element('fieldset', {}, element('legend', { textContent: question }), element('div', { className: 'scores' }, ...scores),
    element('p', { className: 'ends', ariaHidden: 'true' }, element('span', { textContent: '1 ' + low }), element('span', { textContent: '5 ' + high })));
  field.dataset.scale = name;
  return field;
}
const textBlock = (text) => element('p', { className: text.trim() === '' ? 'text empty' : 'text', textContent: text.trim() === '' ? '(nothing)' : text });

function show() {
  showPlace();
  if (state === null) {
    footer.replaceChildren();
    main.replaceChildren(
      element('p', { textContent: 'You will read ' + data.rows.length + ' answers, one at a time, and rate each from 1 to 5 on ' + data.scales.length + ' scales. The answers come in a random order, and nobody but the key knows what wrote them. Judge each on its own; there is no right number of high or low ratings.' }),
      element('p', { textContent: 'Your ratings stay in this browser until you save them as a file at the end. You can stop and come back.' }),
      element('h2', { textContent: 'Which rater are you?' }),
      element('div', { className: 'choice' }, ...data.orders.map(({ rater }) => button('Rater ' + rater + (load(rater) ? ' (go on)' : ''), () => choose(rater)))),
    );
    return;
  }
  const row = data.rows[state.order[state.at]];
  const warning = kept ? [] : [element('p', { className: 'warning', textContent: 'This browser keeps nothing for this page. Save as CSV before you close it.' })];
  showFooter();
  if (row === undefined) {
    const open = data.rows.length - ratedCount();
    const next = state.order.findIndex((place) => !isRated(data.rows[place].code));
    main.replaceChildren(
      element('h2', { textContent: open === 0 ? 'All rated' : open + ' not rated yet' }),
      element('p', { textContent: 'Save your ratings as CSV and send the file back. What you left empty counts as missing.' }),
      ...warning,
      ...(open === 0 ? [] : [element('div', { className: 'choice' }, button('Go to the first that is open', () => go(next)))]),
    );
    return;
  }
  main.replaceChildren(
    ...warning,
    element('h2', { textContent: 'Request' }), textBlock(row.instruction),
    element('h2', { textContent: 'Answer ' + (state.at + 1) }), textBlock(row.answer),
    ...data.scales.map((scale) => scaleField(row, scale)),
    element('p', { className: 'keys ends' }, element('span', {}, element('kbd', { textContent: '1' }), '–', element('kbd', { textContent: '5' }), ' rate the next open scale, ', element('kbd', { textContent: 'Enter' }), ' goes on, ', element('kbd', { textContent: 'Backspace' }), ' goes back')),
  );
}

document.addEventListener('keydown', (event) => {
  const row = state && data.rows[state.order[state.at]];
  if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
  if (/^[1-5]$/.test(event.key)) {
    const inside = document.activeElement?.closest('fieldset')?.dataset.scale;
    const scale = inside ?? data.scales.find(({ name }) => scoresOf(row.code)[name] === undefined)?.name ?? data.scales[0].name;
    main.querySelector('[data-scale="' + scale + '"] input[value="' + event.key + '"]').click();
  } else if (event.key === 'Enter' && document.activeElement?.tagName !== 'BUTTON') {
    go(state.at + 1);
  } else if (event.key === 'Backspace') {
    event.preventDefault();
    go(state.at - 1);
  }
});

const fromAddress = new URLSearchParams(location.hash.slice(1)).get('rater');
if (data.orders.some(({ rater }) => rater === fromAddress)) choose(fromAddress);
else show();
`;
