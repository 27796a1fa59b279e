/**
 * A graphics card in software: the Vulkan driver that comes with Chromium.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const FOLDERS = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];
const DRIVER = 'vk_swiftshader_icd.json';

/**
 * The variables under which WebGPU finds that driver, to be set before a process begins; `undefined` where no Chromium is
 * installed (`npm run browser:install`).
 *
 * @returns {Record<string, string> | undefined}
 */
export function softwareCard() {
  const given = process.env.AUSTEER_CHROMIUM;
  const folder = [...(given === undefined ? [] : [dirname(given)]), ...FOLDERS].find((path) =>
    existsSync(join(path, DRIVER)),
  );
  if (folder === undefined) return undefined;
  const driver = join(folder, DRIVER);
  return {
    VK_DRIVER_FILES: driver,
    VK_ICD_FILENAMES: driver,
    // Chromium has the loader too, where the system has none.
    LD_LIBRARY_PATH: [process.env.LD_LIBRARY_PATH, folder].filter(Boolean).join(':'),
    XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? '/tmp',
  };
}
