/**
 * Light, dark, or as the system is.
 *
 * @module
 */

/** Choices in the order of the button. */
export const THEMES = ['auto', 'light', 'dark'] as const;

/** How the page looks. */
export type Theme = (typeof THEMES)[number];

const KEY = 'austeer-report-theme';

/** The choice of earlier, if the browser keeps one. */
export function storedTheme(): Theme {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? 'auto';
  } catch {
    return 'auto';
  }
}

/** Shows a theme and keeps the choice. */
export function applyTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Some browsers keep nothing for files.
  }
}
