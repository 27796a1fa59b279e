/**
 * Values of a graph that several places ask for and one has to write.
 *
 * @module
 */

/** Writes a value when its name is first asked for, and gives the name back. */
export type WriteOnce = (name: string, write: () => unknown) => string;

/** Starts with nothing written. */
export function createWriteOnce(): WriteOnce {
  const written = new Set<string>();
  return (name, write) => {
    if (!written.has(name)) write();
    written.add(name);
    return name;
  };
}
