/**
 * Figures as files: the picture as it stands on the page, without the page's style sheet.
 *
 * @module
 */

/** Pixels of a PNG for each of the page's. */
const PNG_SCALE = 3;

const DEPENDENT = /var\(|color-mix|inherit|currentcolor/i;

/** The picture as an SVG document of its own. */
export function standaloneSvg(chart: SVGSVGElement): string {
  const copy = chart.cloneNode(true) as SVGSVGElement;
  const [originals, copies] = [chart, copy].map((root) => [root, ...root.querySelectorAll<SVGElement>('*')]);
  for (const [index, original] of originals!.entries()) {
    const style = getComputedStyle(original);
    for (const name of ['fill', 'stroke'] as const) {
      if (DEPENDENT.test(original.getAttribute(name) ?? '')) {
        copies![index]!.setAttribute(name, plainColour(style[name]));
      }
    }
  }
  for (const tip of copy.querySelectorAll('[aria-label="tip"]')) tip.remove();
  const style = getComputedStyle(chart);
  const ground = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  for (const [name, value] of Object.entries({ width: '100%', height: '100%', fill: groundColour() })) {
    ground.setAttribute(name, value);
  }
  copy.prepend(ground);
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('color', plainColour(style.color));
  copy.setAttribute('style', `font: ${style.fontSize} ${style.fontFamily}; background: ${groundColour()}`);
  return new XMLSerializer().serializeToString(copy);
}

/** The picture as a PNG. */
export async function pngOf(chart: SVGSVGElement): Promise<Blob> {
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standaloneSvg(chart))}`;
  await picture.decode();
  const canvas = document.createElement('canvas');
  canvas.width = Number(chart.getAttribute('width')) * PNG_SCALE;
  canvas.height = Number(chart.getAttribute('height')) * PNG_SCALE;
  canvas.getContext('2d')!.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob === null ? reject(new Error('The picture is too large')) : resolve(blob)));
  });
}

/** Lets the browser save a file. */
export function download(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function groundColour(): string {
  return plainColour(getComputedStyle(document.body).backgroundColor);
}

/** Other programs know `rgb()`, not the `color()` that browsers make of mixed colours. */
function plainColour(colour: string): string {
  const mixed = /^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)/.exec(colour);
  if (mixed === null) return colour;
  return `rgb(${mixed
    .slice(1)
    .map((part) => Math.round(255 * Number(part)))
    .join(', ')})`;
}
