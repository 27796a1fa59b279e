/**
 * What benches printed, in its places of a page: between `<!-- bench:NAME -->` and `<!-- end -->`.
 *
 * @module
 */

/** @typedef {{ date: string, machine: string }} Head the first line of what is read, as JSON; the rest was printed */

/**
 * @param {string} page
 * @param {object} options
 * @param {Readonly<Record<string, string>>} options.commands words behind `npm run`, by the name of the place
 * @param {(name: string) => string | undefined} options.read a place of which there is nothing stays as it is
 * @returns {string}
 * @throws {Error} for a place of an unknown name.
 */
export function fillPage(page, { commands, read }) {
  return page.replace(/<!-- bench:([\w-]+) -->[\s\S]*?<!-- end -->/g, (whole, name) => {
    const command = commands[name];
    if (command === undefined)
      throw new Error(`The page has a place for "${name}", and there is no such bench`);
    const text = read(name);
    if (text === undefined) return whole;
    const end = text.indexOf('\n');
    /** @type {Head} */
    const { date, machine } = JSON.parse(text.slice(0, end));
    return [
      `<!-- bench:${name} -->`,
      `\`\`\`sh\nnpm run ${command}\n\`\`\``,
      `${date}, ${machine}:`,
      text.slice(end).trim(),
      '<!-- end -->',
    ].join('\n\n');
  });
}
