import { useState } from 'preact/hooks';
import type { OutlineEntry } from '../outline.ts';
import { formatRoute } from '../route.ts';
import { applyTheme, storedTheme, THEMES } from '../theme.ts';

/** The parts of the report, beside it on wide screens and behind a button on narrow ones. */
export function Contents({ entries }: { entries: readonly OutlineEntry[] }) {
  const [open, setOpen] = useState(false);
  const [theme, setTheme] = useState(storedTheme);
  const nextTheme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]!;
  return (
    <nav class="contents" aria-label="Contents">
      <div class="contents-bar">
        <button
          type="button"
          class="quiet contents-button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          Contents
        </button>
        <button
          type="button"
          class="quiet"
          onClick={() => {
            applyTheme(nextTheme);
            setTheme(nextTheme);
          }}
          aria-label={`Colours: ${theme}. Change to ${nextTheme}`}
        >
          {theme === 'auto' ? 'Colours: auto' : `Colours: ${theme}`}
        </button>
      </div>
      <ol class={open ? 'open' : undefined}>
        {entries.map((entry) => (
          <li key={entry.id}>
            <Link entry={entry} onFollow={() => setOpen(false)} />
            {entry.parts.length > 0 && (
              <ol>
                {entry.parts.map((part) => (
                  <li key={part.id}>
                    <Link entry={part} onFollow={() => setOpen(false)} />
                  </li>
                ))}
              </ol>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}

function Link({ entry, onFollow }: { entry: { id: string; title: string }; onFollow: () => void }) {
  return (
    <a href={formatRoute({ id: entry.id, settings: {} })} onClick={onFollow}>
      {entry.title}
    </a>
  );
}
